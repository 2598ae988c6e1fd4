-- How surely it was known who typed a message: link, password or password_totp (rule X8). NULL of mails, of
-- staff's words, and of what was written before this was kept.
ALTER TABLE ticket_message ADD COLUMN strength TEXT;
