// How many notifications wait to be read, beside the link to them. Without this script the link works all the same.
"use strict";

const bell = document.querySelector("[data-bell]");

async function countUnread() {
  if (!bell || document.hidden) return;
  try {
    const answer = await fetch("/notifications/unread", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { unread, more } = await answer.json();
    const count = bell.querySelector(".count");
    count.hidden = unread === 0;
    count.textContent = more ? `${unread}+` : `${unread}`;
    bell.setAttribute("aria-label", unread ? `Notifications, ${count.textContent} unread` : "Notifications");
  } catch {
    // The connection is gone: the number stays as it was, and is asked for again with the next news.
  }
}

countUnread();
document.addEventListener("handover:fresh", countUnread);
document.addEventListener("visibilitychange", countUnread);
