//! The connection to an IMAP server: TLS with the public roots or with configured certificates.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use super::{Settings, Trouble};
use crate::transport::stream::Stream;

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
        let connector = TlsConnector::from(Arc::new(tls(settings.ca.as_deref())?));
        let stream = connector.connect(name, stream).await.map_err(Trouble::Connect)?;
        Ok(Box::new(stream) as Box<dyn Stream>)
    };
    timeout(settings.waits.answer, connecting).await.map_err(|_| Trouble::Silent)?
}

fn tls(ca: Option<&[u8]>) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(|_| Trouble::Ca)?)?;
            }
            if roots.is_empty() {
                return Err(Trouble::Ca);
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
