"""The pages: sign-in, the inbox for staff, and a chat page for visitors."""
