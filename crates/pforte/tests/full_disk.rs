//! When nothing can be written nothing is forwarded, open streams end within a second, and ending and
//! sign-out still work (rules W2, T18, B8).
//!
//! The disk is a small tmpfs that is filled; a read-only file and a failing sync are made by strace,
//! which lets the server's own system calls fail.

mod common;

use std::time::{Duration, Instant};

use common::{
    Api, Inside, Person, Site, Upstream,
    api::{AGENT, KALTENBACH, ODUYA, text, walk_in},
    disk::SmallDisk,
    entries::all_logged,
    tools::{self, Strace},
};
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::{Response, body::Incoming};
use serde_json::json;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

/// What the rules allow until an open stream is cut.
const CUT: Duration = Duration::from_secs(1);
/// For what should come soon, on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// One agent inside two customers' products, with an open stream in the first.
struct Scene {
    site: Site,
    upstream: Upstream,
    api: Api,
    agent: Person,
    marta: Person,
    ground: String,
    inside: Inside,
    other_ground: String,
    other_visit: String,
    other: Inside,
    stream: JoinHandle<Instant>,
}

/// When the stream broke off.
async fn read_on(stream: Response<Incoming>) -> Instant {
    let mut body = stream.into_body();
    while let Some(Ok(_)) = body.frame().await {}
    Instant::now()
}

impl Scene {
    async fn new(mut site: Site, upstream: Upstream) -> Self {
        let api = site.start().await;
        let agent = api.sign_in(AGENT).await.expect("signs in");
        let marta = api.sign_in(ODUYA.contact).await.expect("signs in");
        let ines = api.sign_in(KALTENBACH.contact).await.expect("signs in");
        let (ground, _, inside) = walk_in(&agent, &marta, ODUYA).await;
        let (other_ground, other_visit, other) = walk_in(&agent, &ines, KALTENBACH).await;
        for visit in [&inside, &other] {
            assert_eq!(visit.get("/before").await.expect("an answer").0, StatusCode::OK);
        }
        let mut stream = inside.open("/stream").await.expect("an answer");
        assert_eq!(stream.status(), StatusCode::OK);
        let first = timeout(SOON, stream.body_mut().frame()).await.expect("begins");
        assert!(first.is_some_and(|frame| frame.is_ok()), "the stream runs");
        let stream = tokio::spawn(read_on(stream));
        Self { site, upstream, api, agent, marta, ground, inside, other_ground, other_visit, other, stream }
    }

    /// The open stream ends within a second of this moment, without anybody asking for anything.
    async fn stream_is_cut(&mut self, since: Instant) {
        let ended = timeout(SOON, &mut self.stream).await.expect("the stream runs on").expect("a reader");
        let took = ended.saturating_duration_since(since);
        println!("the open stream was cut after {took:?}");
        assert!(took <= CUT, "the stream was cut only after {took:?}");
    }

    /// Nothing gets through, not even where nobody ended anything, and the page says why.
    async fn nothing_is_forwarded(&self) {
        let before = self.upstream.count();
        for visit in [&self.inside, &self.other] {
            for _ in 0..5 {
                let (status, page) = visit.get("/while-full").await.expect("an answer");
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
                assert!(page.contains("<html"), "a page says so: {page}");
            }
        }
        assert_eq!(self.upstream.count(), before, "something was forwarded without an entry");
    }

    /// No PIN, no redemption: what cannot be written is not acknowledged.
    async fn nothing_new_opens(&self) {
        let refused = self.marta.post("/pin/renew", json!({})).await.expect("an answer");
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
        let ask = json!({"ground_id": self.other_ground, "product": "panel"});
        let refused = self.agent.post("/visits", ask).await.expect("an answer");
        assert!(!refused.status.is_success(), "a visit was opened: {}", refused.body);
    }

    /// Both sides can end, hear that it is not written, and it stays shut. Answers what has to be
    /// written later: where, when and how.
    async fn ending_works(&self) -> Vec<[String; 3]> {
        let ground = format!("/grounds/{}", self.ground);
        let visit = format!("/visits/{}", self.other_visit);
        let mut endings = Vec::new();
        for (who, path, how) in [(&self.marta, ground, "customer"), (&self.agent, visit, "staff")] {
            let ended = who.post(&format!("{path}/end"), json!({})).await.expect("an answer").good();
            assert_eq!(ended["written"], false, "written, where nothing can be: {ended}");
            let view = who.get(&path).await.expect("an answer").good();
            assert_eq!((&view["state"], &view["ended_how"]), (&json!("ended"), &json!(how)), "{view}");
            endings.push([path, text(&ended, "ended_at"), how.to_owned()]);
        }
        let door = self.marta.get("/door").await.expect("an answer").good();
        assert_eq!(door["state"], "closed", "the customer reads otherwise: {door}");
        self.stays_shut().await;
        endings
    }

    async fn stays_shut(&self) {
        let before = self.upstream.count();
        for visit in [&self.inside, &self.other] {
            let (status, page) = visit.get("/after-the-end").await.expect("an answer");
            assert!(!status.is_success(), "{page}");
        }
        assert_eq!(self.upstream.count(), before, "what was ended forwards");
    }

    async fn signing_out_works(&self) {
        let out = self.agent.post("/sign-out", json!({})).await.expect("an answer");
        assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.body);
        assert_eq!(self.agent.get("/me").await.expect("an answer").status, StatusCode::UNAUTHORIZED);
    }

    /// Writing works again by itself, what was ended is written as it was, and a new PIN opens.
    async fn recovers(&self, endings: &[[String; 3]]) {
        let until = Instant::now() + SOON;
        let agent = loop {
            let reply = self.api.call(None, "GET", "/sign-in", None).await.expect("an answer");
            assert!(reply.status.is_success(), "reading never stops: {}", reply.body);
            match self.marta.post("/pin/renew", json!({})).await.expect("an answer") {
                reply if reply.status.is_success() => break self.api.sign_in(AGENT).await.expect("signs in"),
                reply => assert!(Instant::now() < until, "it does not recover: {}", reply.body),
            }
            sleep(Duration::from_millis(50)).await;
        };
        for [path, at, how] in endings {
            loop {
                let view = agent.get(path).await.expect("an answer").good();
                assert_eq!(view["state"], "ended", "it opened again: {view}");
                if view["ended_at"] == *at && view["ended_how"] == *how {
                    break;
                }
                assert!(Instant::now() < until, "the ending is not written: {view}");
                sleep(Duration::from_millis(50)).await;
            }
        }
        self.stays_shut().await;
        while !self.api.can_write().await {
            assert!(Instant::now() < until, "nothing can be opened again");
            sleep(Duration::from_millis(50)).await;
        }
        let (_, _, inside) = walk_in(&agent, &self.marta, ODUYA).await;
        let before = self.upstream.count();
        assert_eq!(inside.get("/afterwards").await.expect("an answer").0, StatusCode::OK);
        assert_eq!(self.upstream.count(), before + 1);
    }

    /// Whatever reached the product is in the log, and the log has no gap.
    async fn log_is_sound(&self) {
        all_logged(&self.site, &self.upstream.take(), 1).await;
    }

    /// After a run that did not end in order everything is shut, and new doors can be opened.
    async fn everything_is_shut_after_a_start(&mut self) {
        let api = self.site.start().await;
        let before = self.upstream.count();
        for visit in [&self.inside, &self.other] {
            let (status, page) = visit.speaking_to(&api).get("/late").await.expect("an answer");
            assert!(!status.is_success(), "{page}");
        }
        assert_eq!(self.upstream.count(), before, "a visit outlived the server");
        for person in [&self.agent, &self.marta] {
            let me = api.call(Some(&person.cookie), "GET", "/me", None).await.expect("an answer");
            assert_eq!(me.status, StatusCode::UNAUTHORIZED, "a sign-in outlived the server: {}", me.body);
        }
        let agent = api.sign_in(AGENT).await.expect("signs in");
        for ground in [&self.ground, &self.other_ground] {
            let view = agent.get(&format!("/grounds/{ground}")).await.expect("an answer").good();
            assert_eq!(view["state"], "ended", "{view}");
        }
        let marta = api.sign_in(ODUYA.contact).await.expect("signs in");
        let (_, _, inside) = walk_in(&agent, &marta, ODUYA).await;
        assert_eq!(inside.get("/afterwards").await.expect("an answer").0, StatusCode::OK);
    }
}

/// A scene whose data lies on a small disk; `None` where none can be mounted.
async fn on_small_disk() -> Option<(SmallDisk, Scene)> {
    let disk = SmallDisk::mount()?;
    let upstream = Upstream::start().await;
    let site = Site::with_data(disk.folder().join("data"), &upstream);
    Some((disk, Scene::new(site, upstream).await))
}

async fn on_any_disk() -> Scene {
    let upstream = Upstream::start().await;
    Scene::new(Site::new(&upstream), upstream).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_full_disk_shuts_every_door_and_ending_still_works() {
    let Some((disk, mut scene)) = on_small_disk().await else { return };
    disk.fill();
    scene.stream_is_cut(Instant::now()).await;
    scene.nothing_is_forwarded().await;
    scene.nothing_new_opens().await;
    let endings = scene.ending_works().await;
    scene.signing_out_works().await;
    disk.free();
    scene.recovers(&endings).await;
    scene.log_is_sound().await;
}

/// The write-ahead log may have room of its own for a while. What is forwarded until it is used up is
/// in the log all the same; then the door shuts, and opens when there is space, as often as that happens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_disk_that_fills_again_and_again_loses_no_entry() {
    let Some((disk, scene)) = on_small_disk().await else { return };
    let mut number = 0;
    let mut forwarded = 0;
    for lap in 0..3 {
        // Enough for the database to take the write-ahead log in, and to begin it anew.
        for _ in 0..300 {
            number += 1;
            let (status, page) = scene.inside.get(&format!("/r/{number}")).await.expect("an answer");
            assert_eq!(status, StatusCode::OK, "{page}");
        }
        disk.fill();
        let until = Instant::now() + SOON;
        let first = loop {
            number += 1;
            let (status, page) = scene.inside.get(&format!("/r/{number}")).await.expect("an answer");
            match status {
                StatusCode::OK => forwarded += 1,
                StatusCode::SERVICE_UNAVAILABLE => break number,
                other => panic!("{other}: {page}"),
            }
            assert!(Instant::now() < until, "writing goes on on a full disk");
        };
        scene.nothing_is_forwarded().await;
        println!("lap {lap}: the first refusal at request {first}, {forwarded} forwarded on a full disk");
        disk.free();
        let until = Instant::now() + SOON;
        while scene.inside.get("/again").await.expect("an answer").0 != StatusCode::OK {
            assert!(Instant::now() < until, "it does not recover: {}", scene.site.told());
            sleep(Duration::from_millis(20)).await;
        }
    }
    scene.log_is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_what_was_ended_on_a_full_disk_stays_shut_after_kill_9() {
    let Some((disk, mut scene)) = on_small_disk().await else { return };
    disk.fill();
    scene.stream_is_cut(Instant::now()).await;
    scene.ending_works().await;
    scene.site.kill();
    let told = scene.site.fails_to_start();
    assert!(told.contains("full"), "it does not say why it cannot start: {told}");
    disk.free();
    scene.everything_is_shut_after_a_start().await;
    scene.log_is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_read_only_disk_is_told_at_the_start() {
    let Some((disk, mut scene)) = on_small_disk().await else { return };
    scene.site.kill();
    disk.read_only();
    let told = scene.site.fails_to_start();
    assert!(told.to_lowercase().contains("read-only"), "it does not say why it cannot start: {told}");
    disk.writable();
    scene.everything_is_shut_after_a_start().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_disk_that_turns_read_only_shuts_every_door_and_ending_still_works() {
    if !tools::has_strace() {
        return tools::skip("strace is not installed, or may not watch processes here");
    }
    let mut scene = on_any_disk().await;
    let inject = ["--trace=pwrite64", "--inject=pwrite64:error=EROFS", "-o", "/dev/null"];
    let strace = Strace::attach(scene.site.pid(), &inject);
    scene.stream_is_cut(Instant::now()).await;
    scene.nothing_is_forwarded().await;
    scene.nothing_new_opens().await;
    let endings = scene.ending_works().await;
    scene.signing_out_works().await;
    strace.detach();
    scene.recovers(&endings).await;
    scene.log_is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_failed_sync_ends_the_server_and_nothing_is_forwarded() {
    if !tools::has_strace() {
        return tools::skip("strace is not installed, or may not watch processes here");
    }
    let mut scene = on_any_disk().await;
    let inject = ["--trace=fdatasync,fsync", "--inject=fdatasync,fsync:error=EIO", "-o", "/dev/null"];
    let strace = Strace::attach(scene.site.pid(), &inject);
    let since = Instant::now();
    let answer = scene.inside.get("/unsynced").await;
    assert!(answer.is_none_or(|(status, _)| !status.is_success()), "it was forwarded");
    scene.stream_is_cut(since).await;
    let status = scene.site.ended(SOON).await;
    drop(strace);
    assert!(!status.success(), "{status}");
    let told = scene.site.told();
    assert!(told.contains("the disk failed to keep what was written"), "it does not say why: {told}");
    assert!(!scene.upstream.take().contains(&"/unsynced".to_owned()), "forwarded without a durable entry");
    scene.everything_is_shut_after_a_start().await;
    scene.log_is_sound().await;
}
