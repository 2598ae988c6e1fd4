//! The way to somebody's mail server: a connection, with TLS from the first byte, asked for first, or to this
//! machine without.

use std::{io, net::SocketAddr};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::{stream::Stream, trust};

/// Of everything that an SMTP server says before TLS.
const SAID_BYTES: usize = 16 * 1024;

/// How the way is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secured {
    /// From the first byte.
    Implicit,
    /// SMTP's STARTTLS; without it there is no connection.
    StartTls,
    /// Not at all: only to this machine.
    None,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Undialled {
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    #[error("without TLS only this machine is connected to")]
    Elsewhere,
    #[error("the server's name cannot be used for TLS")]
    Name,
    #[error(transparent)]
    Unusable(#[from] trust::Unusable),
    #[error("the server's certificate {0}")]
    Certificate(&'static str),
    #[error("the server does not begin with TLS")]
    NoTls,
    #[error("the server offers no STARTTLS")]
    NoStartTls,
    /// Its first words were a refusal.
    #[error("the server says {0}")]
    Refused(String),
}

/// A server.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    pub host: &'a str,
    pub port: u16,
    pub secured: Secured,
    /// Certificates in PEM, instead of the public roots.
    pub ca: Option<&'a [u8]>,
}

/// Connects. The caller bounds the time. After STARTTLS nothing is kept of what was said before.
pub async fn dial(to: To<'_>, us: &str) -> Result<(Box<dyn Stream>, SocketAddr), Undialled> {
    let mut stream = TcpStream::connect((to.host, to.port)).await?;
    let peer = stream.peer_addr()?;
    match to.secured {
        // The configuration says so too; a name could lead elsewhere meanwhile.
        Secured::None if !peer.ip().to_canonical().is_loopback() => return Err(Undialled::Elsewhere),
        Secured::None => return Ok((Box::new(stream), peer)),
        Secured::StartTls => ask_for_tls(&mut stream, us).await?,
        Secured::Implicit => {}
    }
    let name = ServerName::try_from(to.host.to_owned()).map_err(|_| Undialled::Name)?;
    let connector = TlsConnector::from(std::sync::Arc::new(trust::client(to.ca)?));
    let stream = connector.connect(name, stream).await.map_err(|error| {
        let said = error.to_string();
        match trust::wrong_certificate(&said) {
            Some(wrong) => Undialled::Certificate(wrong),
            None if said.contains("corrupt message") => Undialled::NoTls,
            None => Undialled::Connect(error),
        }
    })?;
    Ok((Box::new(stream), peer))
}

/// RFC 3207. What was sent ahead of TLS could be anybody's: it ends the connection.
async fn ask_for_tls(stream: &mut TcpStream, us: &str) -> Result<(), Undialled> {
    let mut left = SAID_BYTES;
    reply(stream, &mut left, "220").await?;
    stream.write_all(format!("EHLO {us}\r\n").as_bytes()).await?;
    let offers = reply(stream, &mut left, "250").await?;
    let offered = |line: &str| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offers.lines().any(offered) {
        let _ = stream.write_all(b"QUIT\r\n").await;
        return Err(Undialled::NoStartTls);
    }
    stream.write_all(b"STARTTLS\r\n").await?;
    reply(stream, &mut left, "220").await.map(drop)
}

/// A whole reply, and not a byte behind it.
async fn reply(stream: &mut TcpStream, left: &mut usize, wanted: &str) -> Result<String, Undialled> {
    let mut said = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let read = stream.read(&mut piece).await?;
        if read == 0 || read > *left {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        *left -= read;
        said.extend_from_slice(&piece[..read]);
        let Some(end) = end_of_reply(&said) else { continue };
        if end < said.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "words were sent ahead of TLS").into());
        }
        let text = String::from_utf8_lossy(&said).into_owned();
        if text.starts_with(wanted) {
            return Ok(text);
        }
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        return Err(Undialled::Refused(plain.trim_end().to_owned()));
    }
}

/// Where the last line of a reply ends (RFC 5321 §4.2.1): its number is not followed by a dash.
fn end_of_reply(said: &[u8]) -> Option<usize> {
    let mut begin = 0;
    for (at, byte) in said.iter().enumerate() {
        if *byte == b'\n' {
            if said.get(begin + 3) != Some(&b'-') {
                return Some(at + 1);
            }
            begin = at + 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::end_of_reply;

    #[test]
    fn a_reply_ends_with_the_line_whose_number_has_no_dash() {
        assert_eq!(end_of_reply(b"250-a\r\n250 b\r\n"), Some(14));
        assert_eq!(end_of_reply(b"250-a\r\n250-b\r\n"), None);
        assert_eq!(end_of_reply(b"220 go\r\n250 ahead\r\n"), Some(8));
        assert_eq!(end_of_reply(b"220"), None);
    }
}
