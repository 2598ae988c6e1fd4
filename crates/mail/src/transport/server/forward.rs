//! Who handed a message to the server in front of us: Postfix's `XFORWARD`, spoken in LMTP.
//!
//! Only with it can SPF be checked behind a mail server, and SPF is what vouches for the fields that a
//! signature leaves out (rule Z5). Believed of the peers that may deliver at all; it holds for one message.
//! Start at [`Forwarded::read`].

use std::net::IpAddr;

use crate::transport::Client;

/// What was said of the next message's client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Forwarded {
    ip: Option<IpAddr>,
    helo: Option<String>,
    /// Written on the server in front itself: nobody connected to it.
    local: bool,
}

impl Forwarded {
    /// Takes the attributes of one command; `None` if it is not understood.
    #[must_use]
    pub fn read(mut self, attributes: &str) -> Option<Self> {
        for attribute in attributes.split_ascii_whitespace() {
            let (name, value) = attribute.split_once('=')?;
            let value =
                Some(plain(value)?).filter(|value| value != "[UNAVAILABLE]" && value != "[TEMPUNAVAIL]");
            match name.to_ascii_uppercase().as_str() {
                "ADDR" => self.ip = value.and_then(|value| ip(&value)),
                "HELO" => self.helo = value.filter(|helo| is_host(helo)),
                "SOURCE" => self.local = value.is_some_and(|value| value.eq_ignore_ascii_case("LOCAL")),
                "NAME" | "PORT" | "PROTO" | "IDENT" | "IDENTITY" => {}
                _ => return None,
            }
        }
        Some(self)
    }

    /// The client, if its address was told.
    pub fn client(&self) -> Option<Client> {
        let ip = self.ip.filter(|_| !self.local)?;
        Some(Client { ip, helo: self.helo.clone().unwrap_or_default() })
    }
}

fn ip(text: &str) -> Option<IpAddr> {
    let bare = text.get(..5).filter(|start| start.eq_ignore_ascii_case("IPV6:")).map_or(text, |_| &text[5..]);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn is_host(text: &str) -> bool {
    text.len() <= 255
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'))
}

/// RFC 3461's xtext, decoded; none if it is not one.
fn plain(text: &str) -> Option<String> {
    let mut pieces = text.split('+');
    let mut out = pieces.next()?.to_owned();
    for piece in pieces {
        let code = u8::from_str_radix(piece.get(..2)?, 16).ok().filter(u8::is_ascii_graphic)?;
        out.push(char::from(code));
        out.push_str(&piece[2..]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(commands: &[&str]) -> Option<(String, String)> {
        let read = commands.iter().try_fold(Forwarded::default(), |read, text| read.read(text))?;
        read.client().map(|client| (client.ip.to_string(), client.helo))
    }

    #[test]
    fn the_client_is_read_as_postfix_tells_it() {
        let said = |ip: &str, helo: &str| Some((ip.to_owned(), helo.to_owned()));
        for (commands, expected) in [
            (
                &["NAME=out.a.example ADDR=192.0.2.1 PROTO=ESMTP HELO=out.a.example SOURCE=REMOTE"][..],
                said("192.0.2.1", "out.a.example"),
            ),
            (&["NAME=x", "addr=IPv6:2001:db8::1 HELO=[192.0.2.9]"], said("2001:db8::1", "[192.0.2.9]")),
            (&["ADDR=::ffff:192.0.2.1"], said("192.0.2.1", "")),
            (&["ADDR=192.0.2.1 HELO=a+20b"], None),
            (&["ADDR=192.0.2.1 HELO=a+2Db"], said("192.0.2.1", "a-b")),
            (&["ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE]"], None),
            (&["ADDR=192.0.2.1", "ADDR=[UNAVAILABLE]"], None),
            (&["ADDR=192.0.2.1 SOURCE=LOCAL"], None),
            (&["ADDR=mx.example"], None),
            (&["ADDR"], None),
            (&["LOGIN=root ADDR=192.0.2.1"], None),
        ] {
            assert_eq!(client(commands), expected, "{commands:?}");
        }
    }
}
