//! A WebSocket through the gateway: two byte streams tied together until either side, the leash or
//! the deadline ends them.

use http::{
    HeaderValue, Response, StatusCode,
    header::{CONNECTION, UPGRADE},
};
use hyper::{body::Incoming, upgrade::OnUpgrade};
use hyper_util::rt::TokioIo;

use crate::{
    body::OutBody,
    gateway::Scene,
    pages::{self, Own, Reader},
    permit::Pass,
};

/// What of the upstream's handshake the browser gets.
const SHOWN: &[&str] = &["sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-protocol"];

/// Answers the browser's handshake and ties both sides together.
pub(super) fn switch(
    scene: &Scene,
    pass: &Pass,
    answer: Response<Incoming>,
    browser: Option<OnUpgrade>,
    reader: Reader,
) -> Response<OutBody> {
    let upgrade = answer.headers().get(UPGRADE).map(HeaderValue::as_bytes);
    let agreed = upgrade.is_some_and(|value| value.eq_ignore_ascii_case(b"websocket"));
    let Some(browser) = browser.filter(|_| agreed) else {
        return pages::own(reader, Own::UpstreamDown);
    };
    let mut response = Response::new(OutBody::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    for name in SHOWN {
        for value in answer.headers().get_all(*name) {
            headers.append(*name, value.clone());
        }
    }
    tokio::spawn(tunnel(scene.clone(), pass.hold.clone(), pass.deadline, answer, browser));
    response
}

async fn tunnel(
    scene: Scene,
    hold: crate::Hold,
    deadline: std::time::Instant,
    answer: Response<Incoming>,
    browser: OnUpgrade,
) {
    let tie = async {
        let (browser, product) = tokio::try_join!(browser, hyper::upgrade::on(answer))?;
        let (mut browser, mut product) = (TokioIo::new(browser), TokioIo::new(product));
        let _ = tokio::io::copy_bidirectional(&mut browser, &mut product).await;
        Ok::<_, hyper::Error>(())
    };
    tokio::select! {
        biased;
        () = hold.cancelled() => scene.connection.sever(),
        () = tokio::time::sleep_until(deadline.into()) => scene.connection.sever(),
        () = scene.connection.stopped() => {}
        _ = tie => {}
    }
}
