//! TLS towards a server: whom to trust, and what is wrong with a certificate in plain words.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Why no TLS can be set up.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("the CA file holds no certificate in PEM")]
    Ca,
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// TLS that checks a server against the public roots, or against certificates in PEM.
pub fn client(ca: Option<&[u8]>) -> Result<ClientConfig, Unusable> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(|_| Unusable::Ca)?)?;
            }
            if roots.is_empty() {
                return Err(Unusable::Ca);
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

/// What is wrong with a certificate, read off what TLS said; `None` if it spoke of something else.
pub fn wrong_certificate(said: &str) -> Option<&'static str> {
    let all = [
        (
            "UnknownIssuer",
            "is from an authority that is not known here; name the authority's certificate in `ca`",
        ),
        ("CaUsedAsEndEntity", "is an authority's, and no server's"),
        ("NotValidForName", "is for another name"),
        ("not valid for name", "is for another name"),
        ("Expired", "has run out"),
        ("expired", "has run out"),
        ("NotValidYet", "is not valid yet; is the clock right?"),
        ("not valid yet", "is not valid yet; is the clock right?"),
        ("invalid peer certificate", "cannot be checked"),
    ];
    all.iter().find(|(sign, _)| said.contains(sign)).map(|(_, words)| *words)
}
