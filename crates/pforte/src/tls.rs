//! Certificates for the public listeners.

use std::{fs::File, io::BufReader, path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{Failure, config::Listener};

/// The TLS side of a listener; `None` when TLS does not end here.
pub fn server(listener: &Listener) -> Result<Option<Arc<ServerConfig>>, Failure> {
    let Some((certificate, key)) = &listener.tls else { return Ok(None) };
    Ok(Some(Arc::new(config(certificate, key)?)))
}

/// TLS with a certificate chain and its key, both in PEM.
pub fn config(certificate: &Path, key: &Path) -> Result<ServerConfig, Failure> {
    let shown = certificate.display();
    let file = File::open(certificate).map_err(|e| format!("cannot read the certificate {shown}: {e}"))?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_reader_iter(BufReader::new(file))
        .collect::<Result<_, _>>()
        .map_err(|e| format!("{shown} holds no certificates in PEM: {e}"))?;
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|e| format!("cannot read the key {} (PEM): {e}", key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| format!("certificate {shown} and key {} do not fit: {e}", key.display()).into())
}
