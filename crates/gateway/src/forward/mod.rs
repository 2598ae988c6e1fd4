//! Forwards one admitted request and brings the answer back.
//!
//! The request is rebuilt from an allow-list, never copied. The visit's generation is compared once
//! more directly before the first byte goes upstream; a stale one is not forwarded.
//! Start reading at [`forward`].

mod identity;
mod request;
mod response;
mod upload;
mod upstream;
mod websocket;

use std::time::Instant;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::{
    body::OutBody,
    gateway::{Inner, Scene},
    pages::{self, Own},
    permit::{Pass, Permit},
};

pub(crate) use upload::overrides_method;
pub(crate) use upstream::Products;
use upstream::{Failure, Prepared};

/// What became of an admitted request.
pub(crate) enum Outcome {
    Answer(Box<Response<OutBody>>),
    /// The visit changed before anything went upstream. A request without body can be decided anew.
    Stale(Option<Box<Request<Incoming>>>),
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
    request: Request<Incoming>,
    pass: Pass,
) -> Outcome {
    let reader = scene.reader.speaking(pass.bar.language);
    let refuse = async |own: Own| {
        gateway.permit.not_forwarded(&pass).await;
        Outcome::answer(pages::own(reader, own))
    };
    let Some(product) = gateway.products.prepared(&pass.product) else {
        return refuse(Own::UpstreamDown).await;
    };
    if scene.websocket && pass.masked {
        return refuse(Own::Withheld).await;
    }
    if !pass.hold.is_current() {
        gateway.permit.not_forwarded(&pass).await;
        return Outcome::Stale(Some(Box::new(request)));
    }
    let mut request = request;
    let browser_upgrade = scene.websocket.then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let body = tokio::select! {
        biased;
        () = pass.hold.cancelled() => None,
        body = upload::read(&parts, body, gateway.config.limits.body_bytes) => Some(body),
    };
    let body = match body {
        Some(Ok(body)) => body,
        Some(Err(own)) => return refuse(own).await,
        None => {
            gateway.permit.not_forwarded(&pass).await;
            return Outcome::Stale(None);
        }
    };
    let timeout = if body.is_streaming() { None } else { Some(gateway.config.limits.response_timeout) };
    let upstream = match request::build(&product, scene, &pass, &parts, body) {
        Ok(upstream) => upstream,
        Err(own) => return refuse(own).await,
    };
    if !pass.hold.is_current() || Instant::now() >= pass.deadline {
        gateway.permit.not_forwarded(&pass).await;
        return Outcome::Stale(None);
    }
    match product.send(upstream, &pass, timeout).await {
        Ok(answer) if answer.status() == http::StatusCode::SWITCHING_PROTOCOLS => {
            Outcome::answer(websocket::switch(scene, &pass, answer, browser_upgrade, reader))
        }
        Ok(answer) => Outcome::answer(response::build(&product, scene, &pass, &parts, answer, reader)),
        Err(Failure::Stale) => Outcome::answer(gateway.why_stale(scene).await),
        Err(Failure::Unreached) => refuse(Own::UpstreamDown).await,
        Err(Failure::Down) => Outcome::answer(pages::own(reader, Own::UpstreamDown)),
        Err(Failure::Slow) => Outcome::answer(pages::own(reader, Own::UpstreamSlow)),
        Err(Failure::Upload(own)) => Outcome::answer(pages::own(reader, own)),
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
