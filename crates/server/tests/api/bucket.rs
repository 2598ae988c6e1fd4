//! A bucket that is wrong, gone, slow or torn; and the server that keeps its files in one.

use std::{
    fs, io,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use pforte_blobs::{Blobs, Trouble, hash};
use pforte_core::kernel::Span;
use pforte_mail::transport::{Handed, Intake, TakeError, Taken, Way};
use pforte_server::{BucketSettings, attachment::sweep, post::intake};
use pforte_testkit::{Letter, TestApp, TestBucket, TestDb};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    attachments::{HAR, ticket_with, upload},
    blobs::{PROVIDER, Place, opened},
};

const LONGEST: Duration = Duration::from_secs(15);

/// What the probe at a start says with these settings.
async fn probed(place: &Place, change: impl FnOnce(&mut BucketSettings)) -> Trouble {
    let mut settings = place.settings();
    change(settings.bucket.as_mut().expect("a bucket"));
    let blobs = opened(&settings);
    blobs.probe().await.expect_err("it cannot be used")
}

/// As S3 says it; the server of the tests would make the bucket.
const NO_BUCKET: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 81\r\nconnection: close\r\n\r\n\
     <Error><Code>NoSuchBucket</Code><Message>Signature=0123456789ab</Message></Error>";

/// What the probe says to this answer.
async fn probe_answered(place: &Place, answer: &'static str) -> Trouble {
    scripted(place, vec![Some(answer)]).await.0.probe().await.expect_err("it cannot be used")
}

#[tokio::test]
async fn a_probe_leaves_nothing_and_tells_what_is_wrong() {
    let place = Place::bucket().await;
    place.blobs().probe().await.expect("it can be used");
    let left = fs::read_dir(place.bucket.as_ref().expect("a bucket").objects()).map(Iterator::count);
    assert_eq!(left.unwrap_or(0), 0);
    for (trouble, word) in [
        (probed(&place, |to| to.secret_access_key = "another-secret".into()).await, "secret_access_key_file"),
        (probed(&place, |to| to.access_key_id = "ANOTHERID".into()).await, "4"),
        (probe_answered(&place, NO_BUCKET).await, "NoSuchBucket"),
    ] {
        let told = trouble.to_string();
        assert!(!trouble.passes(), "{told}");
        assert!(told.contains(word), "{told}");
        for secret in ["another-secret", "only-for-this-test", "TESTKEYID", "Signature="] {
            assert!(!told.contains(secret), "{told}");
        }
    }
    assert!(!format!("{:?}", place.settings()).contains("only-for-this-test"));
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_an_error_in_bounded_time() {
    let place = Place::bucket().await;
    let blobs = place.blobs();
    let stored = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
    place.bucket.as_ref().expect("a bucket").stop().await;
    let began = Instant::now();
    assert!(blobs.probe().await.expect_err("gone").passes());
    blobs.get(PROVIDER, &stored).await.expect_err("gone");
    let error = blobs.put(PROVIDER, Bytes::from_static(b"more")).await.expect_err("gone");
    assert_ne!(error.kind(), io::ErrorKind::NotFound, "{error}");
    assert!(began.elapsed() < LONGEST);
}

/// Whoever stores what is being removed must not be told that it is there.
#[tokio::test]
async fn a_content_of_unsure_removal_is_not_stored_meanwhile() {
    let place = Place::bucket().await;
    let stored = place.blobs().put(PROVIDER, Bytes::from_static(b"hello")).await.expect("stored");
    let answers = vec![Some(""), Some(""), Some("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")];
    let (blobs, _) = scripted(&place, answers).await;
    blobs.remove(PROVIDER, &stored).await.expect_err("no answer");
    let error = blobs.put(PROVIDER, Bytes::from_static(b"hello")).await.expect_err("it may vanish");
    assert!(error.to_string().contains("being removed"), "{error}");
    blobs.put(PROVIDER, Bytes::from_static(b"other")).await.expect("another content is free");
}

/// A server that answers each connection with the next text, and closes it; `None` says nothing and waits.
/// What it was asked is kept.
async fn scripted(place: &Place, answers: Vec<Option<&'static str>>) -> (Blobs, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let mut settings = place.settings();
    let bucket = settings.bucket.as_mut().expect("a bucket");
    bucket.endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    bucket.waits.idle = Duration::from_millis(300);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut silent = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.expect("a request");
            heard.lock().expect("unpoisoned").push(String::from_utf8_lossy(&head[..read]).into_owned());
            match answer {
                Some(text) => stream.write_all(text.as_bytes()).await.expect("an answer"),
                None => silent.push(stream),
            }
        }
    });
    (opened(&settings), asked)
}

#[tokio::test]
async fn what_passes_is_asked_again_and_what_does_not_is_not() {
    let place = Place::bucket().await;
    let whole = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
    let slow = "HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (blobs, asked) = scripted(&place, vec![Some(slow), Some(whole)]).await;
    assert_eq!(blobs.get(PROVIDER, &hash(b"hello")).await.expect("at the second attempt"), &b"hello"[..]);
    assert_eq!(asked.lock().expect("unpoisoned").len(), 2);
    let refused = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let moved = "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for answer in [refused, moved] {
        let (blobs, asked) = scripted(&place, vec![Some(answer), Some(whole)]).await;
        blobs.get(PROVIDER, &hash(b"hello")).await.expect_err("refused");
        assert_eq!(asked.lock().expect("unpoisoned").len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn a_torn_or_silent_answer_is_an_error_in_bounded_time() {
    let place = Place::bucket().await;
    let torn = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel";
    let began = Instant::now();
    for answers in [vec![Some(torn)], vec![None, None], vec![Some(""), Some("")]] {
        let (blobs, _) = scripted(&place, answers.clone()).await;
        blobs.get(PROVIDER, &hash(b"hello")).await.expect_err("not whole");
        assert!(began.elapsed() < LONGEST, "{answers:?}");
    }
}

/// A server whose files lie in this bucket.
async fn app_in(bucket: &TestBucket) -> TestApp {
    let settings = bucket.settings();
    TestApp::start_with(TestDb::sqlite(), |all| all.attachments.bucket = Some(settings)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_48_a_file_in_a_bucket_is_redacted_served_and_swept() {
    let bucket = TestBucket::start().await;
    let app = app_in(&bucket).await;
    let near = app.world.near.clone();
    let mut owner = app.sign_in(&near.customer.owner).await;
    let har = upload(&mut owner, "shop.har", "application/json", HAR.as_bytes()).await;
    ticket_with(&app, &near.customer.owner, vec![har]).await;
    let unsent = upload(&mut owner, "unsent.txt", "text/plain", b"never sent").await;
    let home = bucket.objects().join(near.provider.0.simple().to_string());
    for (content, there) in [(HAR.as_bytes(), true), (b"never sent", true), (b"else", false)] {
        let name = hash(content);
        assert_eq!(home.join(&name[..2]).join(&name).exists(), there);
    }
    let agent = app.sign_in(&near.agent).await;
    let told = agent.get(&format!("/attachments/{har}")).await;
    let text = String::from_utf8_lossy(&told.body).into_owned();
    assert!(text.contains("panel.example") && !text.contains("OPENSESAME"), "{text}");

    // Another run: what was just stored is no longer known as such.
    let app = app.restart().await;
    app.advance(Span::hours(25));
    assert_eq!(sweep(&app.app, 0).await.expect("a round"), 1);
    let name = hash(b"never sent");
    assert!(!home.join(&name[..2]).join(&name).exists(), "{unsent} was never sent");
    let owner = app.sign_in(&near.customer.owner).await;
    owner.get(&format!("/attachments/{har}/original")).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_bucket_the_server_asks_everybody_to_come_later() {
    let bucket = TestBucket::start().await;
    let app = app_in(&bucket).await;
    let near = app.world.near.clone();
    let mut owner = app.sign_in(&near.customer.owner).await;
    let file = upload(&mut owner, "sent.txt", "text/plain", b"bytes").await;
    bucket.stop().await;
    let began = Instant::now();
    owner.get(&format!("/attachments/{file}")).await.refused(503, "attachment.unreadable");
    crate::attachments::try_upload(&mut owner, "more.txt", "text/plain", "more")
        .await
        .refused(503, "attachment.not_stored");
    let handed = Handed {
        raw: Letter::from(&near.customer.owner.address).raw().into(),
        way: Way::Lmtp,
        recipient: format!("support@{}.example", near.slug),
        return_path: None,
        client: None,
        cut: None,
    };
    let taken: Result<Taken, TakeError> = intake(app.app.clone()).take(handed).await;
    assert!(matches!(taken, Err(TakeError::Later(_))), "{taken:?}");
    assert!(began.elapsed() < LONGEST);
    // It starts without it as well.
    let app = app.restart().await;
    app.sign_in(&near.customer.owner).await;
}
