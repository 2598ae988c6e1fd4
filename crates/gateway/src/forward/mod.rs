//! Forwards one admitted request and brings the answer back.
//!
//! The request is rebuilt from an allow-list, never copied. The visit's generation is compared once
//! more directly before the first byte goes upstream; a stale one is not forwarded.
//! Start reading at [`forward`].

mod identity;
mod payload;
mod request;
mod response;
mod upload;
mod upstream;
mod websocket;

use std::time::Instant;

use http::{HeaderMap, Request, Response, StatusCode, header::ACCEPT, request::Parts};
use hyper::body::Incoming;

use crate::{
    body::OutBody,
    gateway::{Inner, Scene},
    pages::{self, Own, Reader},
    permit::{Pass, Permit},
};

pub(crate) use payload::Payload;
pub(crate) use upload::overrides_method;
pub(crate) use upstream::Products;
use upstream::{Failure, Prepared};

/// What became of an admitted request.
pub(crate) enum Outcome {
    Answer(Box<Response<OutBody>>),
    /// The visit changed before anything went upstream. A request without body can be decided anew.
    Stale(Option<Box<Request<Payload>>>),
}

/// Whether the answer would fill a window: a page, and not what a page loads.
pub(crate) fn is_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-dest") {
        Some(dest) => dest == "document",
        None => {
            text(ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"))
                && !headers.contains_key("x-requested-with")
        }
    }
}

impl Outcome {
    fn answer(response: Response<OutBody>) -> Self {
        Self::Answer(Box::new(response))
    }
}

/// Forwards `request`; consumes the leave to do so.
pub(crate) async fn forward<P: Permit>(
    gateway: &Inner<P>,
    scene: &Scene,
    request: Request<Payload>,
    pass: Pass,
) -> Outcome {
    let reader = scene.reader.speaking(pass.bar.language);
    let trip = Trip { gateway, scene, pass, reader };
    let Some(product) = gateway.products.prepared(&trip.pass.product) else {
        return trip.refused(Own::UpstreamDown).await;
    };
    if scene.websocket && trip.pass.masked {
        return trip.refused(Own::Withheld).await;
    }
    if !trip.pass.hold.is_current() {
        return trip.stale(Some(Box::new(request))).await;
    }
    trip.make(&product, request).await.unwrap_or_else(|early| early)
}

/// One request's way to the product and back.
struct Trip<'a, P> {
    gateway: &'a Inner<P>,
    scene: &'a Scene,
    pass: Pass,
    reader: Reader,
}

impl<P: Permit> Trip<'_, P> {
    async fn make(&self, product: &Prepared, mut request: Request<Payload>) -> Result<Outcome, Outcome> {
        let upgrade = self.scene.websocket.then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let body = self.take_in(&parts, body).await?;
        let limit = self.gateway.config.limits.response_timeout;
        let timeout = if body.is_streaming() { None } else { Some(limit) };
        let upstream = match request::build(product, self.scene, &self.pass, &parts, body) {
            Ok(upstream) => upstream,
            Err(own) => return Err(self.refused(own).await),
        };
        if !self.pass.hold.is_current() || Instant::now() >= self.pass.deadline {
            return Err(self.stale(None).await);
        }
        let answer = match product.send(upstream, &self.pass, timeout).await {
            Ok(answer) => answer,
            Err(Failure::Stale) => return Err(Outcome::answer(self.gateway.why_stale(self.scene).await)),
            Err(Failure::Unreached) => return Err(self.refused(Own::UpstreamDown).await),
            Err(Failure::Down) => return Err(self.page(Own::UpstreamDown)),
            Err(Failure::Slow) => return Err(self.page(Own::UpstreamSlow)),
            Err(Failure::Upload(own)) => return Err(self.page(own)),
        };
        self.gateway.permit.answered(&self.scene.label, &self.pass, answer.status().as_u16());
        Ok(Outcome::answer(if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            websocket::switch(self.scene, &self.pass, answer, upgrade, self.reader)
        } else {
            response::build(product, self.scene, &self.pass, &parts, answer)
        }))
    }

    /// The body, checked as far as it must be before anything is forwarded.
    async fn take_in(&self, parts: &Parts, body: Payload) -> Result<upload::Upload, Outcome> {
        let most = self.gateway.config.limits.body_bytes;
        let read = tokio::select! {
            biased;
            () = self.pass.hold.cancelled() => None,
            read = upload::read(parts, body, most) => Some(read),
        };
        match read {
            Some(Ok(upload)) => Ok(upload),
            Some(Err(own)) => Err(self.refused(own).await),
            None => Err(self.stale(None).await),
        }
    }

    fn page(&self, own: Own) -> Outcome {
        tracing::info!(visit = %self.pass.visit, code = pages::code(own), "a request is refused");
        Outcome::answer(pages::own_in(self.scene, Some(&self.pass.bar), own))
    }

    /// Admitted, and nothing went upstream.
    async fn refused(&self, own: Own) -> Outcome {
        self.gateway.permit.not_forwarded(&self.pass, pages::code(own)).await;
        self.page(own)
    }

    async fn stale(&self, unsent: Option<Box<Request<Payload>>>) -> Outcome {
        self.gateway.permit.not_forwarded(&self.pass, pages::code(Own::Unsettled)).await;
        Outcome::Stale(unsent)
    }
}

impl Prepared {
    /// Sends the request; ends at once when the leash is cut or the deadline passes.
    async fn send(
        &self,
        request: Request<upload::Upload>,
        pass: &Pass,
        timeout: Option<std::time::Duration>,
    ) -> Result<Response<Incoming>, Failure> {
        let until = timeout.map_or(pass.deadline, |t| pass.deadline.min(Instant::now() + t));
        let report = request.body().report();
        tokio::select! {
            biased;
            () = pass.hold.cancelled() => Err(Failure::Stale),
            answer = self.client.request(request) => match answer {
                Ok(answer) => Ok(answer),
                Err(error) => {
                    if let Some(own) = report.and_then(|report| report.refused()) {
                        return Err(Failure::Upload(own));
                    }
                    tracing::warn!(product = %self.product.id, %error, "the product cannot be reached");
                    Err(if error.is_connect() { Failure::Unreached } else { Failure::Down })
                }
            },
            () = tokio::time::sleep_until(until.into()) => {
                Err(if until == pass.deadline { Failure::Stale } else { Failure::Slow })
            }
        }
    }
}
