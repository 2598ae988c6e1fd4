//! The message of a session: read within its bounds, handed over, answered for.

use std::{io, sync::Arc};

use super::{Envelope, PATIENCE, Session};
use crate::transport::{
    Client, Handed, Intake, TakeError, Way, hand_over,
    server::{
        body::{Body, Flaw, Whole},
        forward::Forwarded,
        wire::{Line, Wire},
    },
};

impl<I: Intake> Session<I> {
    /// Reads the message and answers for it; `false` when the connection cannot go on.
    pub(super) async fn message(&mut self, wire: &mut Wire) -> io::Result<bool> {
        let limit = self.shared.settings.limits.message_bytes;
        let mut body = Body::new(limit, Arc::clone(&self.shared.memory));
        loop {
            let bytes = match wire.bytes().await? {
                Ok(bytes) => bytes,
                Err(gone) => {
                    self.part(wire, &Line::Gone(gone));
                    return Ok(false);
                }
            };
            let count = bytes.len();
            match body.feed(bytes) {
                Some(used) => {
                    wire.used(used);
                    break;
                }
                None => wire.used(count),
            }
            if body.came / PATIENCE > limit {
                wire.say("552 5.3.4 The message is too large");
                return Ok(false);
            }
        }
        self.messages += 1;
        let Some(envelope) = self.envelope.take() else { return Ok(false) };
        let forwarded = std::mem::take(&mut self.forwarded);
        match body.finish() {
            Ok(whole) => self.deliver(wire, envelope, forwarded, whole).await?,
            Err(flaw) => {
                let line = match flaw {
                    Flaw::TooLarge => "552 5.3.4 The message is too large",
                    Flaw::Bare => "550 5.6.11 Lines end with CRLF; the message has others in it",
                    Flaw::Full => "452 4.3.1 Too much at once; please try again later",
                };
                for _ in 0..if self.lmtp() { envelope.recipients.len() } else { 1 } {
                    wire.say(line);
                }
            }
        }
        Ok(true)
    }

    /// Hands the message over once for each recipient, one after the other.
    async fn deliver(
        &self,
        wire: &mut Wire,
        envelope: Envelope,
        forwarded: Forwarded,
        whole: Whole,
    ) -> io::Result<()> {
        // The peer of an LMTP connection is the mail server in front, not who sent the message.
        let (way, client) = if self.lmtp() {
            (Way::Lmtp, forwarded.client())
        } else {
            (Way::Smtp, Some(Client { ip: self.peer, helo: self.helo.clone().unwrap_or_default() }))
        };
        let mut worst = None;
        for recipient in envelope.recipients {
            let handed = Handed {
                raw: whole.raw.clone(),
                way,
                recipient,
                return_path: Some(envelope.from.clone()),
                client: client.clone(),
                cut: None,
            };
            let answer = hand_over(&self.shared.intake, handed).await;
            if let Err(error) = &answer {
                tracing::warn!(way = way.word(), %error, "a mail was not taken");
            }
            if self.lmtp() {
                wire.say(told(answer.err().as_ref()));
                wire.flush().await?;
            } else if let Err(error) = answer {
                // Of several, the one that lets the sender try again.
                let later = matches!(error, TakeError::Later(_));
                if worst.is_none() || later {
                    worst = Some(error);
                }
            }
        }
        if !self.lmtp() {
            wire.say(told(worst.as_ref()));
        }
        drop(whole.held);
        Ok(())
    }
}

/// What the sender is told of a message that was handed over.
fn told(error: Option<&TakeError>) -> &'static str {
    match error {
        None => "250 2.0.0 Taken",
        Some(TakeError::Later(_)) => "451 4.3.0 Not now; please try again later",
        Some(TakeError::TooLarge) => "552 5.3.4 The message is too large",
    }
}
