//! Mails over real mail servers: Postfix, who asks Dovecot who may send, and a token server of the test's own.

mod host;
mod lanes;
mod mailbox;
mod send;
mod sessions;
mod tokens;
