// A chat backend in Node that talks to Temporal itself, with the JSON of docs/backends.md and no code of Handover's.
// The answers come by Handover's live events.
//
//   npm install --no-package-lock      once, in this folder
//   node over_temporal.mjs CONVERSATION_ID
//
// with HANDOVER_API_KEY, and TEMPORAL_ADDRESS and HANDOVER_URL where they are not this machine's.

import { Client, Connection } from '@temporalio/client';

const api = `${process.env.HANDOVER_URL ?? 'http://127.0.0.1:8000'}/v1`;
const headers = { Authorization: `Bearer ${process.env.HANDOVER_API_KEY}` };
const conversation = process.argv[2];

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
const workflows = new Client({ connection }).workflow;

// A message: a signal, and the start of the conversation where it does not run yet. Repeating it is safe.
const running = await workflows.signalWithStart('ConversationWorkflow', {
  taskQueue: 'handover',
  workflowId: `conversation/${conversation}`,
  args: [{ conversation_id: conversation, channel: 'web', contact: { name: 'Dana' } }],
  signal: 'post_message',
  signalArgs: [{ message_id: '1', text: 'What are your opening hours?', sent_at: new Date().toISOString() }],
});
console.log(`bot: ${await firstAnswer()}`);

// The button: an update, whose answer is the handover that is now open.
const opened = await workflows
  .getHandle(running.workflowId)
  .executeUpdate('request_human', { args: [{ text: 'Please call me.' }] });
console.log(`handed over: ${opened.handover_id}`);

// The task was done in a system that only signals. The run's result says who completed it.
const handover = workflows.getHandle(opened.workflow_id);
await handover.signal('task_completed', { outcome: 'closed', note: 'Called back.' });
console.log(await handover.result());
await connection.close();

// What the bot said. An event tells that there is a message, and in which row.
async function firstAnswer() {
  for await (const { kind, data } of events()) {
    if (kind === 'message' && data.author === 'bot') {
      const found = await fetch(`${api}/conversations/${conversation}/messages?after=${data.row - 1}&limit=1`, { headers });
      return (await found.json()).items[0].text;
    }
  }
  throw new Error('the stream was cut; ask again with Last-Event-ID');
}

// What happened in the conversation from its beginning, and what happens now.
async function* events() {
  const answer = await fetch(`${api}/conversations/${conversation}/events`, { headers });
  let text = '';
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split('\n');
    text = lines.pop();
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length));
  }
}
