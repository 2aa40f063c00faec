"""What people see in a terminal: the demo, a chat, the list of tasks, the running server."""
