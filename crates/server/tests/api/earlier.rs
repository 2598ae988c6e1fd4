//! A database that an earlier version left: it opens, is migrated, and shows what it held.
//!
//! `tests/data/demo-0.1.db.gz` is the sample people's week as it stood before the house was rebuilt, after an
//! orderly stop. It is never made anew: what people hold on their disks is not, either.

use std::{fs, io::Read, sync::Arc, time::Duration};

use flate2::read::GzDecoder;
use pforte_gateway::peer::Proxies;
use pforte_server::{App, AttachmentSettings, MailTarget, Parts, Settings, Shared};
use pforte_testkit::{Browser, FakeClock, SeededRandom, TestDb, TestDbKind, product, secrets};
use serde_json::{Value, json};

const DEMO: &[u8] = include_bytes!("../data/demo-0.1.db.gz");
/// What lies in it.
const TICKETS: usize = 14;
const GROUNDS: usize = 12;
const VISITS: usize = 6;

/// The server on that file.
async fn server(db: &TestDb) -> Shared {
    let TestDbKind::Sqlite { file, .. } = &db.kind else { unreachable!("it is a file") };
    let mut bytes = Vec::new();
    GzDecoder::new(DEMO).read_to_end(&mut bytes).expect("a packed file");
    fs::write(file, bytes).expect("the file is written");
    let settings = Settings {
        public_origin: pforte_testkit::PUBLIC_ORIGIN.into(),
        gateway_scheme: "https",
        gateway_suffix: "gate.example".into(),
        demo: true,
        pin_answer_floor: Duration::ZERO,
        mail: MailTarget::Folder(db.folder.path().join("mails")),
        trusted_proxies: Proxies::default(),
        support: vec![],
        max_mail_bytes: 1024 * 1024,
        mail_dns: None,
        attachments: AttachmentSettings {
            folder: db.folder.path().join("blobs"),
            bucket: None,
            max_bytes: 1024 * 1024,
            max_files: 20,
        },
    };
    let parts = Parts {
        settings,
        products: vec![product()],
        secrets: secrets(),
        clock: Arc::new(FakeClock::default()),
        random: Arc::new(SeededRandom::new(9)),
        db: db.open().await,
    };
    App::start(parts).await.expect("the server starts on it")
}

/// Signs a sample person in by a click, as in the demo.
async fn signed_in(app: &Shared, name: &str) -> Browser {
    let mut browser = Browser::new(pforte_server::router(app.clone()));
    let people = browser.get("/sign-in").await.ok()["demo"].clone();
    let people = people.as_array().expect("sample people");
    let person = people.iter().find(|person| person["name"] == name).expect("a sample person");
    browser.post("/sign-in/demo", json!({ "person": person["id"] })).await.ok();
    browser
}

/// Every item of a list, page by page.
async fn all(browser: &Browser, path: &str) -> Vec<Value> {
    let mut items = vec![];
    let mut cursor = String::new();
    for _ in 0..20 {
        let page = browser.get(&format!("{path}limit=100{cursor}")).await.ok();
        items.extend(page["items"].as_array().expect("a page").clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
    panic!("{path} has no end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_of_an_earlier_version_opens_and_shows_what_it_held() {
    let db = TestDb::sqlite();
    let app = server(&db).await;
    let lead = signed_in(&app, "Ruth Adeyemi").await;
    let tickets = all(&lead, "/tickets?state=all&").await;
    assert_eq!(tickets.len(), TICKETS, "{tickets:?}");
    for ticket in &tickets {
        let id = ticket["id"].as_str().expect("an id");
        let shown = lead.get(&format!("/tickets/{id}")).await.ok();
        assert_eq!(shown["subject"], ticket["subject"]);
    }
    let grounds = all(&lead, "/grounds?scope=all&").await;
    assert_eq!(grounds.len(), GROUNDS, "{grounds:?}");
    let mut visits = vec![];
    for ground in &grounds {
        let id = ground["id"].as_str().expect("an id");
        let ground = lead.get(&format!("/grounds/{id}")).await.ok();
        visits.extend(ground["visits"].as_array().expect("visits").clone());
    }
    assert_eq!(visits.len(), VISITS);
    for visit in &visits {
        let id = visit["id"].as_str().expect("an id");
        assert!(visit["reason"]["text"].is_string(), "the log still says why: {visit}");
        lead.get(&format!("/visits/{id}/requests")).await.ok();
    }
    app.stop().await;
}
