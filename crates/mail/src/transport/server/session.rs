//! One connection's dialogue: greeting, envelope, message, answer.

mod message;

use std::{borrow::Cow, io, net::IpAddr, sync::Arc};

use smtp_proto::{
    Error as Fault, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, RcptTo, Request,
};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::{
    Protocol, Shared,
    forward::Forwarded,
    wire::{Gone, Line, Wire},
};
use crate::transport::{Intake, stream::Stream};

/// Beyond its limit a message is read on to its end, to be answered; but not for ever.
const PATIENCE: usize = 4;

/// What is known of a connection.
pub(super) struct Session<I> {
    shared: Arc<Shared<I>>,
    peer: IpAddr,
    encrypted: bool,
    helo: Option<String>,
    envelope: Option<Envelope>,
    /// Who handed the next message to the server in front.
    forwarded: Forwarded,
    messages: usize,
    faults: usize,
}

struct Envelope {
    from: String,
    recipients: Vec<String>,
    /// Whether addresses may be other than ASCII.
    utf8: bool,
}

/// What follows a command.
enum Next {
    Command,
    Message,
    Encrypt,
    End,
}

type Command<'a> = Request<Cow<'a, str>>;

impl<I: Intake> Session<I> {
    pub(super) fn new(shared: Arc<Shared<I>>, peer: IpAddr) -> Self {
        let (helo, envelope, forwarded) = (None, None, Forwarded::default());
        Self { shared, peer, encrypted: false, helo, envelope, forwarded, messages: 0, faults: 0 }
    }

    /// Speaks until one of the two ends it.
    pub(super) async fn run(&mut self, stream: Box<dyn Stream>) -> io::Result<()> {
        let mut wire = self.wire(stream);
        wire.say(&format!("220 {} {} Pforte", self.host(), self.spoken()));
        loop {
            let line = match wire.line().await? {
                Line::Whole(line) => line,
                other => {
                    self.part(&mut wire, &other);
                    return wire.flush().await;
                }
            };
            match self.command(&mut wire, &line) {
                Next::Command => {}
                Next::End => return wire.flush().await,
                Next::Message => {
                    if !self.message(&mut wire).await? {
                        return wire.flush().await;
                    }
                }
                Next::Encrypt => match self.encrypt(wire).await? {
                    Some(encrypted) => wire = encrypted,
                    None => return Ok(()),
                },
            }
            if self.faults > self.shared.settings.limits.faults {
                wire.say(&format!("421 4.7.0 {} Too many faults", self.host()));
                return wire.flush().await;
            }
        }
    }

    fn wire(&self, stream: Box<dyn Stream>) -> Wire {
        Wire::new(stream, self.shared.settings.limits.idle, self.shared.stop.clone())
    }

    fn host(&self) -> &str {
        &self.shared.settings.host
    }

    fn lmtp(&self) -> bool {
        self.shared.settings.protocol == Protocol::Lmtp
    }

    fn spoken(&self) -> &'static str {
        if self.lmtp() { "LMTP" } else { "ESMTP" }
    }

    /// The last words when no line came.
    fn part(&self, wire: &mut Wire, line: &Line) {
        match line {
            Line::TooLong => wire.say("500 5.5.2 The line is too long"),
            Line::Bare => wire.say("500 5.5.2 Lines end with CRLF"),
            Line::Gone(Gone::Idle) => {
                wire.say(&format!("421 4.4.2 {} Nothing came for too long", self.host()))
            }
            Line::Gone(Gone::Stopping) => wire.say(&format!("421 4.3.2 {} Closing for now", self.host())),
            Line::Gone(Gone::Closed) | Line::Whole(_) => {}
        }
    }

    /// Carries one command out.
    fn command(&mut self, wire: &mut Wire, line: &[u8]) -> Next {
        if self.messages >= self.shared.settings.limits.messages {
            wire.say(&format!("421 4.7.0 {} Enough for one connection", self.host()));
            return Next::End;
        }
        let text = &line[..line.len() - 2];
        // What has control characters in it is no command, and never gets into a header.
        if text.iter().any(u8::is_ascii_control) || std::str::from_utf8(text).is_err() {
            return self.fault(wire, "500 5.5.2 Not understood");
        }
        if let Some(attributes) = std::str::from_utf8(text).ok().and_then(forwards).filter(|_| self.lmtp()) {
            return self.forward(wire, attributes);
        }
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request,
            Err(fault) => return self.misspoken(wire, &fault),
        };
        match request {
            Request::Quit => {
                wire.say(&format!("221 2.0.0 {} Goodbye", self.host()));
                return Next::End;
            }
            Request::StartTls => return self.start_tls(wire),
            Request::Data => return self.data(wire),
            Request::Ehlo { host } if !self.lmtp() => self.hello(wire, &host, true),
            Request::Lhlo { host } if self.lmtp() => self.hello(wire, &host, true),
            Request::Helo { host } if !self.lmtp() => self.hello(wire, &host, false),
            Request::Mail { from } => self.mail(wire, from),
            Request::Rcpt { to } => self.recipient(wire, to),
            Request::Rset => {
                self.envelope = None;
                self.forwarded = Forwarded::default();
                wire.say("250 2.0.0 Forgotten");
            }
            Request::Noop { .. } => wire.say("250 2.0.0 Here"),
            other => return self.refuse(wire, &other),
        }
        Next::Command
    }

    fn refuse(&mut self, wire: &mut Wire, request: &Command<'_>) -> Next {
        let line = match request {
            Request::Vrfy { .. } | Request::Expn { .. } => "502 5.5.1 Nobody's addresses are told here",
            Request::Ehlo { .. } | Request::Helo { .. } | Request::Lhlo { .. } => {
                "500 5.5.1 Another protocol is spoken here"
            }
            _ => "502 5.5.1 Not offered here",
        };
        self.fault(wire, line)
    }

    fn forward(&mut self, wire: &mut Wire, attributes: &str) -> Next {
        if self.helo.is_none() || self.envelope.is_some() {
            return self.fault(wire, "503 5.5.1 Not now");
        }
        match std::mem::take(&mut self.forwarded).read(attributes) {
            Some(forwarded) => {
                self.forwarded = forwarded;
                wire.say("250 2.0.0 Go on");
                Next::Command
            }
            None => self.fault(wire, "501 5.5.4 Not understood"),
        }
    }

    fn misspoken(&mut self, wire: &mut Wire, fault: &Fault) -> Next {
        self.fault(
            wire,
            match fault {
                Fault::InvalidSenderAddress => "501 5.1.7 The sender's address is not one",
                Fault::InvalidRecipientAddress => "501 5.1.3 The recipient's address is not one",
                Fault::InvalidParameter { .. } => "501 5.5.4 A parameter is wrong",
                Fault::UnsupportedParameter { .. } => "555 5.5.4 A parameter is not offered here",
                Fault::SyntaxError { .. } => "501 5.5.2 The command is incomplete",
                _ => "500 5.5.1 Not understood",
            },
        )
    }

    fn fault(&mut self, wire: &mut Wire, line: &str) -> Next {
        self.faults += 1;
        wire.say(line);
        Next::Command
    }

    fn hello(&mut self, wire: &mut Wire, host: &str, extended: bool) {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        if !host.chars().all(plain) {
            self.fault(wire, "501 5.5.4 The name is not one");
            return;
        }
        self.helo = Some(host.to_owned());
        self.envelope = None;
        self.forwarded = Forwarded::default();
        if !extended {
            wire.say(&format!("250 {}", self.host()));
            return;
        }
        let size = self.shared.settings.limits.message_bytes;
        wire.say(&format!("250-{}", self.host()));
        for offered in ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"] {
            wire.say(&format!("250-{offered}"));
        }
        if self.lmtp() {
            wire.say("250-XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
        }
        if self.shared.settings.tls.is_some() && !self.encrypted {
            wire.say("250-STARTTLS");
        }
        wire.say(&format!("250 SIZE {size}"));
    }

    fn start_tls(&mut self, wire: &mut Wire) -> Next {
        if self.shared.settings.tls.is_none() || self.encrypted {
            return self.fault(wire, "502 5.5.1 Not offered here");
        }
        wire.say("220 2.0.0 Go on");
        Next::Encrypt
    }

    /// What was said before TLS counts for nothing after it, and what was sent too early ends it.
    async fn encrypt(&mut self, mut wire: Wire) -> io::Result<Option<Wire>> {
        wire.flush().await?;
        let Some(config) = self.shared.settings.tls.clone() else { return Ok(None) };
        let Some(stream) = wire.into_stream() else { return Ok(None) };
        let shaking = TlsAcceptor::from(config).accept(stream);
        let stream = timeout(self.shared.settings.limits.idle, shaking)
            .await
            .map_err(|_| io::ErrorKind::TimedOut)??;
        self.encrypted = true;
        self.helo = None;
        self.envelope = None;
        Ok(Some(self.wire(Box::new(stream))))
    }

    fn mail(&mut self, wire: &mut Wire, from: MailFrom<Cow<'_, str>>) {
        let allowed = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
        let utf8 = from.flags & MAIL_SMTPUTF8 != 0;
        let refused = if self.helo.is_none() {
            Some("503 5.5.1 Say hello first")
        } else if self.envelope.is_some() {
            Some("503 5.5.1 There is a message already")
        } else if from.flags & !allowed != 0 {
            Some("555 5.5.4 A parameter is not offered here")
        } else if !utf8 && !from.address.is_ascii() {
            Some("553 5.6.7 Such an address needs SMTPUTF8")
        } else if from.size > self.shared.settings.limits.message_bytes {
            Some("552 5.3.4 The message is too large")
        } else {
            None
        };
        if let Some(line) = refused {
            self.fault(wire, line);
            return;
        }
        let from = from.address.into_owned();
        self.envelope = Some(Envelope { from, recipients: vec![], utf8 });
        wire.say("250 2.1.0 Go on");
    }

    fn recipient(&mut self, wire: &mut Wire, to: RcptTo<Cow<'_, str>>) {
        let most = self.shared.settings.limits.recipients;
        let accepted = self.shared.intake.accepts(&to.address);
        let Some(envelope) = &mut self.envelope else {
            self.fault(wire, "503 5.5.1 Say who it is from first");
            return;
        };
        if to.flags != 0 || to.orcpt.is_some() {
            self.fault(wire, "555 5.5.4 A parameter is not offered here");
        } else if !envelope.utf8 && !to.address.is_ascii() {
            self.fault(wire, "553 5.6.7 Such an address needs SMTPUTF8");
        } else if envelope.recipients.len() >= most {
            // Counts as no fault: the sender goes on with what was accepted (RFC 5321 §4.5.3.1.10).
            wire.say("452 4.5.3 Too many recipients");
        } else if accepted {
            envelope.recipients.push(to.address.into_owned());
            wire.say("250 2.1.5 Go on");
        } else {
            self.fault(wire, "550 5.1.1 Nobody here has this address");
        }
    }

    fn data(&mut self, wire: &mut Wire) -> Next {
        match &self.envelope {
            None => self.fault(wire, "503 5.5.1 Say who it is from first"),
            Some(envelope) if envelope.recipients.is_empty() => {
                self.fault(wire, "503 5.5.1 Say whom it is for first")
            }
            Some(_) => {
                wire.say("354 Go on; end with a dot on a line of its own");
                Next::Message
            }
        }
    }
}

/// The attributes of an `XFORWARD` command.
fn forwards(line: &str) -> Option<&str> {
    let (command, attributes) = line.split_once(' ')?;
    command.eq_ignore_ascii_case("XFORWARD").then_some(attributes)
}
