//! Mails over real mail servers: Postfix, who asks Dovecot who may send, and a token server of the test's own.

mod send;
