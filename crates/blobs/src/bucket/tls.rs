//! The HTTP client for the bucket: TLS as everywhere, against the public roots or the given ones.

use std::{sync::Arc, time::Duration};

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::{body::Body, settings::BucketSettings, trouble::Trouble};

/// Connections that are kept for the next request.
const IDLE_CONNECTIONS: usize = 8;

/// A client that knows whom to trust.
pub fn client(settings: &BucketSettings) -> Result<Client<HttpsConnector<HttpConnector>, Body>, Trouble> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(settings.waits.connect));
    tcp.enforce_http(false);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = HttpsConnectorBuilder::new();
    let unusable = Trouble::Settings("TLS cannot be set up");
    let connector = match &settings.ca {
        None => builder.with_provider_and_webpki_roots(provider).map_err(|_| unusable)?,
        Some(pem) => {
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|_| unusable)?
                .with_root_certificates(roots(pem)?)
                .with_no_client_auth();
            builder.with_tls_config(config)
        }
    };
    // Plain HTTP only to this machine: the configuration sees to that.
    let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector))
}

fn roots(pem: &[u8]) -> Result<RootCertStore, Trouble> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| Trouble::Settings("`ca` is no PEM file"))?;
        roots.add(certificate).map_err(|_| Trouble::Settings("a certificate in `ca` cannot be used"))?;
    }
    if roots.is_empty() { Err(Trouble::Settings("`ca` holds no certificate")) } else { Ok(roots) }
}
