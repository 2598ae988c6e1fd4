//! The connection to an IMAP server: TLS with the public roots or with configured certificates.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use super::{Settings, Trouble};
use crate::transport::{stream::Stream, trust};

/// Connects, within the time for one answer.
pub(super) async fn connect(settings: &Settings) -> Result<Box<dyn Stream>, Trouble> {
    let connecting = async {
        let at = (settings.host.as_str(), settings.port);
        let stream = TcpStream::connect(at).await.map_err(Trouble::Connect)?;
        let peer = stream.peer_addr().map_err(Trouble::Connect)?;
        if !settings.tls {
            // The configuration says so too; a name could lead elsewhere meanwhile.
            if !peer.ip().to_canonical().is_loopback() {
                return Err(Trouble::Connect(std::io::ErrorKind::PermissionDenied.into()));
            }
            return Ok(Box::new(stream) as Box<dyn Stream>);
        }
        let name = ServerName::try_from(settings.host.clone()).map_err(|_| Trouble::Name)?;
        let connector = TlsConnector::from(Arc::new(trust::client(settings.ca.as_deref())?));
        let stream = connector.connect(name, stream).await.map_err(|error| {
            let wrong = trust::wrong_certificate(&error.to_string());
            wrong.map_or(Trouble::Connect(error), Trouble::Certificate)
        })?;
        Ok(Box::new(stream) as Box<dyn Stream>)
    };
    timeout(settings.waits.answer, connecting).await.map_err(|_| Trouble::Silent)?
}
