//! kill -9 at random moments under load: what was acknowledged is there afterwards.
//!
//! `PFORTE_CRASH_ROUNDS` sets how often (20 unless told). Rules B7, W2; controls 3 and 31.

mod common;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use common::{
    Api, Inside, Person, Site, Upstream,
    api::{AGENT, Customer, KALTENBACH, LEAD, ODUYA, ROSENQUIST, text},
    entries::all_logged,
    tools,
};
use http::StatusCode;
use serde_json::json;

const CUSTOMERS: [Customer; 3] = [ODUYA, KALTENBACH, ROSENQUIST];
/// Browsers that click at the same time within one visit.
const BROWSERS: usize = 4;
/// What each of them opens before the door is shut.
const CLICKS: usize = 12;

/// What the server promised in one round.
#[derive(Default)]
struct Promised {
    redeemed: Vec<Redeemed>,
    ended: Vec<Ending>,
    visits: Vec<Inside>,
}

struct Redeemed {
    customer: usize,
    ground: String,
    digits: String,
}

/// An acknowledged ending: where to look, and what must stand there.
struct Ending {
    customer: usize,
    path: String,
    how: &'static str,
    at: String,
}

type Book = Arc<Mutex<Promised>>;

/// Numbers for paths; no two requests of a run are alike.
static NEXT: AtomicU64 = AtomicU64::new(1);

fn note(book: &Book, write: impl FnOnce(&mut Promised)) {
    write(&mut book.lock().expect("not poisoned"));
}

/// Opens, works and shuts one customer's door again and again, until the server is gone.
async fn work(book: Book, agent: Person, contact: Person, index: usize) -> Option<()> {
    for lap in index.. {
        let digits = contact.pin().await?;
        let ground = agent.redeem(CUSTOMERS[index], &digits).await?.good();
        let ground = text(&ground, "id");
        let redeemed = Redeemed { customer: index, ground: ground.clone(), digits };
        note(&book, |book| book.redeemed.push(redeemed));
        let (visit, inside) = agent.enter(&ground).await?;
        note(&book, |book| book.visits.push(inside.clone()));
        let browsers: Vec<_> = (0..BROWSERS).map(|_| tokio::spawn(click(inside.clone()))).collect();
        for browser in browsers {
            browser.await.expect("a browser")?;
        }
        let (who, how) = if lap % 2 == 0 { (&contact, "customer") } else { (&agent, "staff") };
        let path = if lap % 3 == 0 { format!("/visits/{visit}") } else { format!("/grounds/{ground}") };
        end(&book, who, how, path, index).await?;
        if lap % 3 == 0 {
            end(&book, who, how, format!("/grounds/{ground}"), index).await?;
        }
    }
    Some(())
}

async fn end(book: &Book, who: &Person, how: &'static str, path: String, customer: usize) -> Option<()> {
    let ended = who.post(&format!("{path}/end"), json!({})).await?.good();
    assert_eq!(ended["written"], true, "the disk is not full: {ended}");
    let ending = Ending { customer, path, how, at: text(&ended, "ended_at") };
    note(book, |book| book.ended.push(ending));
    Some(())
}

async fn click(inside: Inside) -> Option<()> {
    for _ in 0..CLICKS {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (status, body) = inside.get(&format!("/r/{number}")).await?;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "ok"));
    }
    Some(())
}

async fn contacts(api: &Api) -> Vec<Person> {
    let mut contacts = Vec::new();
    for customer in CUSTOMERS {
        contacts.push(api.sign_in(customer.contact).await.expect("signs in"));
    }
    contacts
}

/// Waits until the first door was opened: on a busy machine the load takes its time to begin.
async fn under_way(book: &Book) {
    let begun = || !book.lock().expect("not poisoned").redeemed.is_empty();
    for _ in 0..4_000 {
        if begun() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no door was opened within 20 s");
}

/// Runs the load and kills the server somewhere in it.
async fn torn(site: &mut Site, api: &Api, delay: Duration) -> Promised {
    let agent = api.sign_in(AGENT).await.expect("signs in");
    let book = Book::default();
    let workers: Vec<_> = contacts(api)
        .await
        .into_iter()
        .enumerate()
        .map(|(index, contact)| tokio::spawn(work(Arc::clone(&book), agent.clone(), contact, index)))
        .collect();
    under_way(&book).await;
    tokio::time::sleep(delay).await;
    site.kill();
    for worker in workers {
        worker.await.expect("only ever lost the server");
    }
    std::mem::take(&mut book.lock().expect("not poisoned"))
}

/// Everything that was acknowledged is there, and nothing is open.
async fn kept(api: &Api, promised: &Promised) {
    let contacts = contacts(api).await;
    for redeemed in &promised.redeemed {
        let ground = contacts[redeemed.customer].get(&format!("/grounds/{}", redeemed.ground)).await;
        let ground = ground.expect("an answer");
        assert_eq!(ground.status, StatusCode::OK, "a redemption is lost: {}", ground.body);
        assert_eq!(ground.body["state"], "ended", "open after a crash: {}", ground.body);
    }
    for ending in &promised.ended {
        let row = contacts[ending.customer].get(&ending.path).await.expect("an answer").good();
        let found = (row["ended_how"].as_str(), row["ended_at"].as_str());
        assert_eq!(found, (Some(ending.how), Some(ending.at.as_str())), "an ending is lost: {row}");
    }
    for (index, contact) in contacts.iter().enumerate() {
        let digits = contact.pin().await.expect("a PIN");
        let mut used = promised.redeemed.iter().filter(|r| r.customer == index);
        assert!(used.all(|r| r.digits != digits), "a redeemed PIN is good again");
    }
    let lead = api.sign_in(LEAD).await.expect("signs in");
    let open = lead.get("/grounds?scope=all&state=open").await.expect("an answer").good();
    assert_eq!(open["items"], json!([]), "something is open after a crash");
}

/// Visits from before the crash forward nothing any more.
async fn shut(api: &Api, upstream: &Upstream, promised: &Promised) {
    let before = upstream.count();
    for visit in promised.visits.iter().rev().take(CUSTOMERS.len()) {
        let (status, _) = visit.speaking_to(api).get("/late").await.expect("an answer");
        assert!(!status.is_success(), "a visit outlived the crash: {status}");
    }
    assert_eq!(upstream.count(), before, "a visit outlived the crash");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_control_31_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load() {
    let rounds = std::env::var("PFORTE_CRASH_ROUNDS").map_or(20, |n| n.parse().expect("a number"));
    let upstream = Upstream::start().await;
    let mut site = Site::new(&upstream);
    let mut api = site.start().await;
    let (mut from, mut redeemed, mut ended, mut forwarded) = (1, 0, 0, 0);
    for round in 1..=rounds {
        let delay = Duration::from_millis(tools::random() % 1_150);
        let promised = torn(&mut site, &api, delay).await;
        let arrived = upstream.take();
        println!(
            "round {round}: killed after {delay:?}, {} redeemed, {} ended, {} forwarded",
            promised.redeemed.len(),
            promised.ended.len(),
            arrived.len()
        );
        api = site.start().await;
        kept(&api, &promised).await;
        shut(&api, &upstream, &promised).await;
        from = all_logged(&site, &arrived, from).await;
        redeemed += promised.redeemed.len();
        ended += promised.ended.len();
        forwarded += arrived.len();
    }
    println!("{rounds} crashes: {redeemed} redemptions, {ended} endings and {forwarded} requests, none lost");
    assert!(redeemed > 0 && ended > 0 && forwarded > 0, "the load did nothing");
}
