//! What is worked out once for each product: its connections and its tables.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use http::{HeaderValue, Uri, uri::Authority};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use pforte_core::catalogue::Product;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject};

use super::{identity::Names, upload::Upload};
use crate::{
    config::{GatewayConfig, Limits},
    mask::Plan,
    pages::Own,
    rewrite::Origins,
};

/// Products prepared at a time; a changed catalogue brings new ones.
const KEPT: usize = 64;

/// Why the product did not answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The visit ended meanwhile.
    Stale,
    /// No connection came about: nothing was forwarded.
    Unreached,
    Down,
    Slow,
    /// Our own check broke the upload off.
    Upload(Own),
}

/// The products seen so far.
#[derive(Debug)]
pub(crate) struct Products {
    limits: Limits,
    kept: RwLock<Vec<Arc<Prepared>>>,
}

/// A product, ready to be forwarded to.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(super) product: Arc<Product>,
    pub(super) client: Client<HttpsConnector<HttpConnector>, Upload>,
    pub(super) authority: Authority,
    pub(super) host: HeaderValue,
    pub(super) https: bool,
    /// Whether cookies marked Secure may travel to it: TLS, or the machine's own loopback.
    pub(super) trustworthy: bool,
    pub(super) names: Names,
    pub(super) origins: Origins,
    /// One for each route that has a pass list.
    pub(super) plans: Vec<Option<Plan>>,
}

impl Products {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        Self { limits: config.limits, kept: RwLock::default() }
    }

    /// The prepared form of `product`, or `None` when its description cannot be used.
    pub(crate) fn prepared(&self, product: &Arc<Product>) -> Option<Arc<Prepared>> {
        let find = |kept: &[Arc<Prepared>]| {
            let same = kept.iter().find(|p| Arc::ptr_eq(&p.product, product));
            same.or_else(|| kept.iter().find(|p| *p.product == **product)).cloned()
        };
        if let Some(found) = find(&self.kept.read().unwrap_or_else(PoisonError::into_inner)) {
            return Some(found);
        }
        let fresh = match Prepared::new(Arc::clone(product), self.limits) {
            Ok(fresh) => Arc::new(fresh),
            Err(error) => {
                tracing::error!(product = %product.id, error, "this product cannot be forwarded to");
                return None;
            }
        };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find(&kept) {
            return Some(found);
        }
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&fresh));
        Some(fresh)
    }
}

impl Prepared {
    fn new(product: Arc<Product>, limits: Limits) -> Result<Self, &'static str> {
        let uri: Uri = product.upstream.parse().map_err(|_| "its upstream is no address")?;
        let authority = uri.authority().cloned().ok_or("its upstream names no host")?;
        let https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("its upstream is neither http nor https"),
        };
        let host = HeaderValue::try_from(authority.as_str()).map_err(|_| "its upstream is no host")?;
        let loopback =
            matches!(authority.host(), "localhost" | "[::1]") || authority.host().starts_with("127.");
        let plans = product
            .routes
            .iter()
            .map(|route| route.pass.as_ref().map(Plan::new).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            client: client(&product, limits)?,
            authority,
            host,
            https,
            trustworthy: https || loopback,
            names: Names::new(&product)?,
            origins: Origins::new(&product),
            plans,
            product,
        })
    }
}

fn client(
    product: &Product,
    limits: Limits,
) -> Result<Client<HttpsConnector<HttpConnector>, Upload>, &'static str> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(limits.connect_timeout));
    tcp.set_keepalive(Some(Duration::from_secs(60)));
    tcp.enforce_http(false);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = HttpsConnectorBuilder::new();
    let connector = match &product.upstream_ca_pem {
        None => builder.with_provider_and_webpki_roots(provider).map_err(|_| "TLS cannot be set up")?,
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| "its upstream certificate is no PEM")?;
                roots.add(certificate).map_err(|_| "its upstream certificate cannot be used")?;
            }
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|_| "TLS cannot be set up")?
                .with_root_certificates(roots)
                .with_no_client_auth();
            builder.with_tls_config(config)
        }
    };
    let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(512)
        .build(connector))
}
