"""Requests for a person, and what only looks like one. One message a line."""

import time

import pytest

from assistant.recognition.person import MISSED, asks_for_person
from assistant.text.tokens import MOST_READ, clauses

THRESHOLD = 0.6

REQUESTS = """
I want to talk to a human
can i speak to a manager?
Put me through to support
I need someone to call me
connect me to a person
can a person help me with this?
could I talk to an actual human being please
let me speak with a representative
human please
agent
AGENT!!!
real person
speak to a represntative
i wnat to tlak to a humna
get me a manger
I'd like to talk with somebody in billing
transfer me to an agent right now
please escalate this to your supervisor
is there anyone I can speak to?
is there a real person I could chat with
I don't want to talk to a bot
I'm tired of talking to a machine, I want a human
why can't I talk to a human?
Can't you just connect me to somebody?
No bots, give me a person
I need to speak to a freaking human agent
how can I reach a live person
how do i get through to a human
I have to speak with someone about my bill
would it be possible to chat with an operator?
have someone call me back
please call me back
I want a callback
can someone from your team phone me tomorrow?
I would rather deal with a person
get your boss on the phone
put a supervisor on the line
who can I talk to about this?
customer service
representative
talking to a person would be easier, can I do that?
hand me over to one of your colleagues
I want human assistance
let a human take over
can I have a human instead
I'd prefer a real person over a robot
this is not working, get me someone real
are there any humans available?
is an agent available right now
I need help from a human being
please, a human
may I talk to a member of your staff
Hello, I would like to speak to an advisor regarding my contract
My name is Tom and I want to speak to your manager about the last visit.
I've asked three times already. Connect me with a living person.
want to talk with agent
problem with contacting an operator
I do not understand why I can not talk to a person
if you don't connect me to a human I will cancel
i do not want a bot i want a human
switch me over to live chat
can you have a technician call me
let me talk to somebody who knows what they are doing
speak to someone
human
I want a "real" person
assistance chatting with an agent
wanna talk 2 a human
could you get me a supervisor
redirect me to customer support
ask somebody to ring me
I need to talk to the manager on duty
could I get some human help here
i demand to speak to your superior
Can I talk to someone else?
are you a bot? I want a human
stop. person. now.
i'm done with this bot
can we speak on the phone
you are not helping me get me a human
Is it possible to speak with a live agent
how do I speak to a human
help me to contact a human agent
I want to be connected to a representative
how to contact an agent
I try to talk to someone can you help me
could you ask an agent how to chat with a person?
help with speaking to a person
i wanna speak with a operator
I don't know how I can chat with a human
can uhelp me to talk to an agent
problems speaking with somebody
i need assistance to contact a fucking agent
is there a way to speak with a human?
what do I have to do to talk to a live agent
tell me how to talk with somebody please
I would like to know if I can talk to a person
chatting with someone
want assistance speaking to a human agent
id like to talk to a real person plz
is there someone at your company I could talk to
need to speak with a live person ASAP!!
are there any agents I can talk to?
where can I find a live agent
take me to a human
I need to escalate this
forward me to someone who can help
give me your manager
let me speak to whoever is in charge
can you get a human on here
any humans here?
I want to speak to customer service
Please let me talk to a support rep
human agent
live agent please
speak to agent
talk to human
talk to a person
get human
connect to agent
operator please
agent please
I want out of this bot loop, real human
your bot is useless, get me a person
Stop wasting my time and let me talk to someone
I prefer speaking with a human
do you have someone I can talk to
do you have a human I can speak with?
Will a human ever answer me? I want one
I want to discuss this with a manager
may i have a word with your supervisor
I need a representative to explain my bill
isn't there a human I can talk to
call me please, my number is 312 555 0142
can you pass me to someone else
I'd like a call back from your team
I need somebody to call me back about the leak
get me off this bot and onto a real agent
could you please link me to a member of staff
id rather chat to a human being about it
I really need to get in touch with an actual human
can i get a real person
request human
i want to reach a supervisor
i've been trying to talk to a human for an hour
can I please be transferred to an agent
I would like to be transferred to a human
make a human answer me
I wish to converse with a staff member
I need to have a conversation with a person
Is anybody there who can help me?
i need to speak with customer care
could you transfer me to a human agent?
i'd like to talk to someone in charge
can you please connect me with a live representative
I need to talk to a real human being, not a machine
please get me an actual person
im trying to reach a live agent
I want to speak with someone on the phone
can i chat w a person
let me talk with an expert
i want someone to contact me
Can I get someone to help me please, a real person
i wish to speak to your boss
who do i need to talk to in order to get this sorted
hook me up with an agent
I have a complaint and I want a manager
I need live support
is there a live person available
any chance i could talk to a human
would you mind connecting me to an agent
i would appreciate speaking to a person
get a manager
get me to a human
need agent
need human help
agent, please!
speak to representative
Representative!!!
customer rep
talk to an employee
can I have the number of someone I can talk to
do you have any real people working there I could speak with?
I only want to deal with humans
no more automated answers, I want a human to read this
pass me on to your colleague
I insist on talking to a manager
this bot sucks get me a human
useless bot, agent now
you're a robot, I want a person
i dont want to chat with a robot can i have a human
ok human now pls
I want to be transferred to someone
please have a representative contact me
have your manager call me
I'd like for someone to call me
can you ask a person to look at this
need to discuss with a human
i want to lodge this with a real person
can an agent join this chat?
Can you let me speak to a person who understands this?
I'd love to talk to a human about my options
hey there, i was hoping to speak with someone about my account
looking to speak with an agent
hoping to chat with a real person
trying to get ahold of a human
what's the quickest way to speak to an agent
where can i speak to someone
how would i go about talking to a human
may I please speak to your supervisor
could someone from support please call me
send this to a human
I think I need a human for this
maybe a person could help me better
this requires human attention
It'd be easier if I talked to a person
I'd feel better talking to a human
Could I get some assistance from a real agent
im not talking to a bot
i won't talk to a machine
don't make me talk to a bot
why do I have to talk to a robot, give me a human
put me on with a manager
Put me in touch with somebody from sales
get in touch with a human
i need to contact a person
help me get in contact with an agent
human assistance
transfer to agent
switch to human
switch me to a person please
escalate to human
Please escalate my ticket
I want to escalate my complaint
i need to speek to sumone
can i talk too a agent
i want to talk to a persn
conect me to a humen
could i spaek to a representitive
"""

NEAR_MISSES = """
I don't want to talk to a human, just tell me the price
are you a human?
which user agent do you support?
how many agents do you have
my insurance agent said the furnace must be replaced
am I talking to a real person?
is this a bot or a person?
What does a human agent cost you?
I talked to an agent yesterday and he was great
the representative told me that the part had arrived
do you have human agents?
I spoke with your manager last week about this, what is the status?
no need to connect me to anyone, I just want the opening hours
How do I become a customer service representative?
my travel agent booked the flight
Can I cancel without talking to a person?
What are the customer service hours?
the person who installed it did a nice job
someone broke my thermostat
can someone tell me the price of a filter?
I need someone to fix my furnace
two people live in the house
how many people can the unit cool for?
What does "talk to a human" do?
He said "I want to speak to a manager" and left
what is the price per person?
my manager wants a quote
I am the property manager of this building
I work in human resources
please transfer my warranty to another person
how do I connect my phone to the thermostat
talk to you later
can you call me a taxi
you can call me Sam
call me John
don't call me
please do not transfer me to an agent
I never asked for a human
is it a human error
the agent orange story
How do I set the User-Agent header?
real estate agent
do you talk to people all day?
have you ever talked to a human
what is the agent commission
can you speak Spanish?
can you talk?
do you support Alexa?
does the thermostat support voice control
tech support article E5
what time is the technician coming
your technician was rude
the operator panel shows E5
manager password reset for the thermostat
which representative came to my house
did anyone call me?
who called me yesterday
someone called me about the visit
why does someone call me every day
how do you say I need to talk to someone in French
I'd like to talk about my bill
I want to speak about the price
I need support for Zigbee
what support plans do you offer
is the agent fee included
I don't need an agent
no agent please
if I talk to an agent will I get a discount?
When I talk to people they say the AirOne 12 is loud
a cooling agent is leaking
which cleaning agent should I use for the filter
refrigerant agent R32
is the reagent safe
can a person change the filter alone
can one person lift the unit
how much does it cost to have someone come out
I want to send money to a person
connect the unit to the power
transfer money to someone
can you pass the test of a human
the unit talks to the thermostat over wifi
what would a human do
are humans better than bots
I enjoy talking to people
do I need to speak to someone to cancel my visit?
does an agent need a license
are your technicians certified?
can I contact you by email
how can I contact you
what's your phone number
do you work on weekends
I was speaking to someone and the line dropped
thanks, the agent helped me
I like your agent
I'd like to be a manager
Is the manager called Omar?
the support page is down
how do I support the pipe
contact lens
my wife wants a new thermostat
the guy at the desk was nice
I saw a person on the roof
this person is not on my account
can you help me with this
can you help me
I want a person counter sensor
a motion sensor that detects humans
can I add another person to my account
does the app let someone else control my thermostat
I have a person-sized vent
human-readable error list
I don't want to bother anyone
I talked to a person about this
Thanks to your agent for the help
I had a bad experience with an agent last week
when I spoke to a rep they promised a refund
what should I tell the technician when he comes
can the technician call before arriving
does the technician need my help
will the technician talk to my landlord
can I have an agent key for the API
a person on the phone told me the visit is free
do your agents speak Spanish
are agents trained on the NW-200
can I work as an agent for you
how long does it take for an agent to answer
what's the difference between a bot and a human
I need a new filter for my unit
I need a person lift
I want to buy the AirOne 12
Please call the AirOne line what it is
is this chat monitored by humans
who is your manager
what is the manager's name
who is the owner of the company
do humans read this chat?
do you have a customer service number
what's the customer service email
how can I contact customer service
how do I contact support
I want to change my phone number
my phone is broken
put the filter in
how do I put the unit through a reset
can I talk to the thermostat with Alexa
can I speak to my thermostat
the chat with Omar was helpful
please stop calling me
I don't want a call back
no callback please
do not escalate this
I would never speak to a manager over such a thing
I'd rather not talk to anyone
there's no need for a human here
I do not need to speak with anyone, thanks
a representative sample of filters
the service desk lamp
I have a question about the support bracket
can someone help me
can anyone tell me when you open
is anybody home required during the visit?
does somebody have to be at home
does an adult have to be home
I need somebody to install a furnace
get me a price for a tune-up
get me the manual
give me the phone number
I want human readable codes
connect the thermostat to wifi
how do I switch to heat
switch me to the monthly plan
transfer the warranty to the new owner
send the bill to my tenant
forward the invoice to my accountant
my neighbor wants to talk to a technician
The landlord asked me to talk to the tenant
he told me to speak to a lawyer
I called and the operator hung up
I already talked to support about this
support told me to restart it
what does your team do on Sundays
how big is your team
is your team certified
great team
good service
what does it mean to speak to a manager of a restaurant
how do you transfer money to another person
i need to transfer money to my savings account
can you connect to wifi
i need help with my card
speak louder please
can you speak in french
talk to me about the weather
what's the number of people in new york
find me a person named bob in my contacts
who made you
are you a real person or a computer
is there a human behind this
was i talking to a person yesterday
do real people work there
what is customer service like at delta
how good is your customer support
the customer service was awful
rate my agent
my real estate agent sent me a contract
the ticket agent lost my bag
travel agents are expensive
what do insurance agents earn
tell me about agent smith
call my mom
call the restaurant
can you call a taxi for me
set a reminder to call someone tomorrow
remind me to speak with my manager
schedule a meeting with my manager
my manager approved my time off
tell my boss that i am sick
what's my boss's email
i have to talk to my wife first
let me talk to my husband about it and come back
i'll speak to my team and get back to you
we spoke to a technician on monday
did a person check my application
how long does a person need to wait
does a representative need to sign this
do i need an agent to buy a policy
how many humans are on earth
human body temperature
translate i want to speak to a manager to german
how would i say can i talk to someone in italian
what's the meaning of representative
spell representative
i'm the account manager at acme
my name is manuel, i'm a manager
a manager from your store promised me a discount
the operator's manual is missing
the chat window is closed
the phone support hours please
when is phone support available
is support available on weekends
what languages does support speak
who do i pay
can somebody use my card without me
could someone steal my identity
is someone able to see my data
i want someone to share my account with
someone used my card
someone is using my account
anyone can see my profile?
a friend wants to talk to me on the app
people keep calling me
i keep getting calls from a person claiming to be you
how do i chat with friends in the app
can i chat with other users
can i message another member
can you help me contact my bank
how do i contact my driver
contact the seller for me
i want to contact the seller
can i talk to the seller directly
can i speak with the pilot
i need to reach 5000 steps
put it on the table
connect my bank account
i want to add an agent to my listing
i want to be a driver
become a representative
apply for the manager position
i would like to report a problem with a person
report a person
block this person
this agent id is wrong
what's an agent code
is the representative office open
human error caused this
thank you for the human touch
you sound like a human
you are better than a human
i'm only human
nobody is helping
not an agent just a question
no need to escalate
please do not transfer me
i don't want you to call me
no one called me back
i asked for a refund not an agent
skip the manager
you talk too much
why should i talk to you
i like talking to bots
i prefer a bot over a person
bots are fine, no human needed
i'd rather chat with a bot than a person
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def score(text: str) -> float:
    return asks_for_person(clauses(text))


@pytest.mark.parametrize("text", lines(REQUESTS))
def test_a_request_for_a_person_is_recognised(text: str) -> None:
    assert score(text) >= THRESHOLD


@pytest.mark.parametrize("text", lines(NEAR_MISSES))
def test_a_near_miss_stays_a_near_miss(text: str) -> None:
    assert score(text) <= MISSED


@pytest.mark.parametrize(
    "text",
    [
        'The sign says "talk to a human", what is it for?',
        "> I want to talk to a human\nwhat did I mean by that?",
        "What happens after ‘connect me to an agent’ in the menu?",
    ],
)
def test_quoted_words_are_not_the_contacts_own(text: str) -> None:
    assert score(text) < THRESHOLD


@pytest.mark.parametrize(
    "text",
    [
        'I want to talk to a "human"',
        '"I want to talk to a human"',
        "> we are here for you\nI want to talk to a human",
    ],
)
def test_emphasis_and_answers_to_quotations_are(text: str) -> None:
    assert score(text) >= THRESHOLD


def test_a_request_counts_wherever_it_stands_in_a_long_message() -> None:
    story = "My furnace makes a noise and the filter is new. " * 200
    assert len(story) > MOST_READ
    assert score(f"I want to talk to a human. {story}") >= THRESHOLD
    assert score(f"{story} I want to talk to a human.") >= THRESHOLD
    assert score(story) < THRESHOLD


@pytest.mark.parametrize("piece", ["talk to support ", "service ", "'a ", "my ", "not want to talk to the the ", "a"])
def test_hostile_messages_cost_no_more_than_others(piece: str) -> None:
    started = time.process_time()
    score(piece * 4000)
    assert time.process_time() - started < 0.5
