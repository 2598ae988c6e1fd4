//! HTTP/2: the same rules as for HTTP/1.1, asked after its own parser, which knows but one framing.
//!
//! A connection that does nothing is closed, as is one whose peer leaves an answer lying.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Body;
use hyper::{server::conn::http2, service::Service};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::time::Instant;

use super::{
    BoxError, Connection, Held, Request, Severable,
    body::{Answer, Taken},
    connection::Doing,
};
use crate::vet::{self, Refusal, Rules};

/// Requests at a time on one connection: far more than pages ask.
const STREAMS: u32 = 64;
/// How often it is looked whether anything goes on.
const LOOK: Duration = Duration::from_secs(5);
/// Without a request. Browsers keep a connection for the next click.
const IDLE: Duration = Duration::from_secs(60);
/// Between the good-bye and the end.
const LEAVE: Duration = Duration::from_secs(5);
/// A peer that does not answer a ping so long is gone.
const PING: Duration = Duration::from_secs(20);
const WINDOW: u32 = 256 * 1024;
const SEND_BUFFER: usize = 64 * 1024;

pub(super) async fn serve<S, B>(held: Held, io: TokioIo<Severable>, service: S)
where
    S: Service<Request, Response = Response<B>> + Send + Sync + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let connection = Arc::clone(&held.connection);
    let answers = Arc::new(Answers::default());
    let rules = held.limits.rules;
    let vetting =
        Vetting { service, connection: Arc::clone(&connection), rules, answers: Arc::clone(&answers) };
    let conn = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(rules.head_bytes).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(4 * WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(Some(PING))
        .keep_alive_timeout(PING)
        .serve_connection(io, vetting);
    let mut conn = std::pin::pin!(conn);
    let mut look = tokio::time::interval(LOOK);
    let mut leaving: Option<Instant> = None;
    loop {
        tokio::select! {
            biased;
            ended = conn.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, peer = %connection.peer, "connection ended");
                }
                return;
            }
            () = connection.stop.cancelled() => return,
            () = connection.evicted.cancelled() => {
                connection.sever();
                return;
            }
            () = held.shutdown.cancelled(), if leaving.is_none() => {
                conn.as_mut().graceful_shutdown();
                leaving = Some(Instant::now() + held.limits.grace);
            }
            _ = look.tick() => {
                let quiet = connection.doing() == Doing::Nothing;
                if answers.any_is_left_for(held.limits.write_stall)
                    || (quiet && leaving.is_some_and(|at| at <= Instant::now()))
                {
                    connection.sever();
                    return;
                }
                if quiet && leaving.is_none() && connection.touched().elapsed() >= IDLE {
                    conn.as_mut().graceful_shutdown();
                    leaving = Some(Instant::now() + LEAVE);
                }
            }
        }
    }
}

/// The answers under way on one connection.
#[derive(Debug, Default)]
struct Answers(Mutex<Vec<Weak<Taken>>>);

impl Answers {
    fn begin(&self) -> Arc<Taken> {
        let taken = Arc::new(Taken::default());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|answer| answer.strong_count() > 0);
        all.push(Arc::downgrade(&taken));
        taken
    }

    fn any_is_left_for(&self, stall: Duration) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).any(|answer| answer.is_left_for(stall))
    }
}

/// Vets each request before the service sees it, in the form that HTTP/1.1 has.
struct Vetting<S> {
    service: S,
    connection: Arc<Connection>,
    rules: Rules,
    answers: Arc<Answers>,
}

impl<S, B> Service<Request> for Vetting<S>
where
    S: Service<Request, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: Send + 'static,
{
    type Response = Response<Answer<B>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn call(&self, request: Request) -> Self::Future {
        let under_way = self.connection.request();
        let taken = self.answers.begin();
        let (mut parts, body) = request.into_parts();
        if let Err(refusal) = vet::parsed(&mut parts, self.rules) {
            let response = refused(refusal).map(|body| Answer::ours(body, under_way, taken));
            return Box::pin(std::future::ready(Ok(response)));
        }
        parts.extensions.insert(Arc::clone(&self.connection));
        let answer = self.service.call(Request::from_parts(parts, body));
        Box::pin(async move {
            let answer = answer.await.map_err(Into::into)?;
            Ok(answer.map(|body| Answer::of(body, under_way, taken)))
        })
    }
}

fn refused(refusal: Refusal) -> Response<Bytes> {
    tracing::debug!(status = refusal.status, detail = refusal.detail, "request refused");
    let mut response = Response::new(Bytes::from(refusal.body()));
    *response.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
