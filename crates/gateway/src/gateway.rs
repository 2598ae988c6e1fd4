//! The gateway itself: takes a request, asks the permit, forwards or says why not.

use std::{convert::Infallible, io, pin::Pin, sync::Arc};

use http::{
    HeaderMap, HeaderValue, Request, Response,
    header::{CONNECTION, CONTENT_TYPE, UPGRADE},
};
use hyper::{body::Incoming, service::Service};
use pforte_core::catalogue::AskedBody;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    body::OutBody,
    config::{GatewayConfig, Scheme},
    forward::{self, Outcome, Payload, Products},
    listen::{self, Connection},
    origin,
    pages::{self, Own, Reader},
    permit::{Ask, Permit, Why},
    pforte,
};

/// The reverse proxy. Cloning is cheap.
#[derive(Debug)]
pub struct Gateway<P> {
    pub(crate) inner: Arc<Inner<P>>,
}

#[derive(Debug)]
pub(crate) struct Inner<P> {
    pub(crate) config: GatewayConfig,
    pub(crate) permit: Arc<P>,
    pub(crate) products: Products,
}

impl<P> Clone for Gateway<P> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

/// One request's surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub label: String,
    pub cookie: Option<String>,
    /// The visit's origin, as the browser writes it.
    pub origin: String,
    pub reader: Reader,
    pub websocket: bool,
    pub connection: Arc<Connection>,
}

impl<P: Permit> Gateway<P> {
    /// A gateway that asks `permit` about every request.
    pub fn new(config: GatewayConfig, permit: Arc<P>) -> Self {
        let products = Products::new(&config);
        Self { inner: Arc::new(Inner { config, permit, products }) }
    }

    /// Serves until `shutdown`; open streams get a grace period, then they are cut.
    pub async fn serve(
        self,
        listener: TcpListener,
        tls: Option<Arc<rustls::ServerConfig>>,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        let limits = self.inner.config.limits.listener();
        let proxies = self.inner.config.trusted_proxies.clone();
        listen::serve(listener, tls, (limits, proxies), shutdown, self).await
    }
}

impl<P: Permit> Service<Request<Incoming>> for Gateway<P> {
    type Response = Response<OutBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let upgrade = request.headers().contains_key(UPGRADE);
            let mut response = inner.answer(request).await;
            if upgrade && response.status() != http::StatusCode::SWITCHING_PROTOCOLS {
                // The vetting stopped reading HTTP on this connection.
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response)
        })
    }
}

impl<P: Permit> Inner<P> {
    async fn answer(&self, request: Request<Incoming>) -> Response<OutBody> {
        let headers = request.headers();
        let reader = Reader::of(headers);
        let Some(connection) = request.extensions().get::<Arc<Connection>>().cloned() else {
            return pages::own(reader, Own::NotFound);
        };
        let Some(label) = origin::label(headers, &self.config.suffix) else {
            return pages::own(reader, Own::NotFound);
        };
        if !self.is_secure(headers, &connection) {
            return pages::own(reader, Own::Bad);
        }
        let scene = Scene {
            label: label.to_owned(),
            cookie: origin::own_cookie(headers).map(str::to_owned),
            origin: origin::session_origin(&self.config, label),
            reader,
            websocket: headers.contains_key(UPGRADE),
            connection,
        };
        let path = request.uri().path();
        if path == "/.pforte" || path.starts_with("/.pforte/") {
            return pforte::answer(self, &scene, &request).await;
        }
        let stopped = if headers.contains_key("service-worker") {
            Some(Own::ServiceWorker)
        } else if origin::is_foreign(headers, request.method(), &scene.origin, scene.websocket) {
            Some(Own::Foreign)
        } else if forward::overrides_method(request.uri().query().unwrap_or_default()) {
            Some(Own::Override)
        } else {
            None
        };
        let request = request.map(Payload::new);
        match stopped {
            Some(own) => self.stop(&scene, &request, own).await,
            None => self.admit(&scene, request).await,
        }
    }

    /// A request that goes no further whatever the visit may: logged, if it is a visit's.
    async fn stop(&self, scene: &Scene, request: &Request<Payload>, own: Own) -> Response<OutBody> {
        let ask = Ask { stopped: Some(pages::code(own)), ..ask(scene, request) };
        tracing::info!(code = pages::code(own), method = ask.method, path = ask.path, "a request is refused");
        match self.permit.admit(ask).await {
            Err(shut) if shut.why != Why::NotHere && shut.why != Why::Stopped => pages::shut(scene, &shut),
            Err(shut) => pages::own_in(scene, shut.bar.as_deref(), own),
            // Nobody may admit this; whoever does is not believed.
            Ok(pass) => {
                self.permit.not_forwarded(&pass, pages::code(own)).await;
                pages::own(scene.reader, own)
            }
        }
    }

    /// Decides and forwards; decides once more when the facts changed in between.
    async fn admit(&self, scene: &Scene, mut request: Request<Payload>) -> Response<OutBody> {
        if !request.body().is_empty() && self.permit.reads_body(&ask(scene, &request)) {
            // Small and whole, or not at all: what is longer counts as the strictest it could be.
            if let Err(own) = request.body_mut().read_ahead().await {
                return self.stop(scene, &request, own).await;
            }
        }
        for _ in 0..2 {
            let pass = match self.permit.admit(ask(scene, &request)).await {
                Ok(pass) => pass,
                Err(shut) => return pages::shut(scene, &shut),
            };
            match forward::forward(self, scene, request, pass).await {
                Outcome::Answer(response) => return *response,
                Outcome::Stale(None) => return self.why_stale(scene).await,
                Outcome::Stale(Some(unsent)) => request = *unsent,
            }
        }
        self.why_stale(scene).await
    }

    /// The page for a request whose visit changed while it was under way.
    pub(crate) async fn why_stale(&self, scene: &Scene) -> Response<OutBody> {
        match self.permit.status(&scene.label, scene.cookie.as_deref()).await {
            Err(shut) => pages::shut(scene, &shut),
            Ok(_) => pages::own(scene.reader, Own::Unsettled),
        }
    }

    /// Whether the browser's side of this request is as configured: TLS here, or in front of us at a
    /// proxy that the administrator named.
    fn is_secure(&self, headers: &HeaderMap, connection: &Connection) -> bool {
        if self.config.scheme == Scheme::Http || connection.tls {
            return true;
        }
        let mut said = headers.get_all("x-forwarded-proto").iter();
        self.config.trusted_proxies.trust(connection.peer.ip())
            && said.next().is_some_and(|proto| proto.as_bytes() == b"https")
            && said.next().is_none()
    }
}

/// What the permit is told of a request.
fn ask<'a>(scene: &'a Scene, request: &'a Request<Payload>) -> Ask<'a> {
    let body = request.body();
    let mut kinds = request.headers().get_all(CONTENT_TYPE).iter();
    let kind = match (kinds.next(), kinds.next()) {
        (Some(kind), None) => kind.to_str().unwrap_or_default(),
        _ => "",
    };
    Ask {
        label: &scene.label,
        cookie: scene.cookie.as_deref(),
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        body: match body.whole() {
            _ if body.is_empty() => AskedBody::None,
            Some(bytes) => AskedBody::Read { kind, bytes },
            None => AskedBody::Unread,
        },
        page: forward::is_page(request.headers()),
        websocket: scene.websocket,
        stopped: None,
    }
}
