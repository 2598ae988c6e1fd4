//! Forgotten passwords and lost second factors (rules Z10, Z11, X8): the ways, and the attacks on them.

mod attacks;
mod colleague;
mod objections;
mod own_code;
mod provider;
mod staff;

use pforte_server::cx::password::totp;
use pforte_testkit::{Browser, Mail, Person, TestApp};
use serde_json::{Value, json};

/// The password that is set in these tests.
const NEW: &str = "seven quiet doors at night";

/// A request of somebody who cannot sign in, in the browser that opened the link.
struct Asking {
    browser: Browser,
    key: String,
    view: Value,
}

/// Has a link sent, and answers the mail that brings it.
async fn link(app: &TestApp, person: &Person) -> Mail {
    let before = app.mails().await;
    let body = match &person.username {
        Some(username) => json!({ "provider": person.slug, "username": username }),
        None => json!({ "provider": person.slug, "address": person.address }),
    };
    app.browser().post("/recovery/link", body).await.status(202);
    let arrives = async {
        loop {
            // Mails of one instant have no order: whichever was not there is it.
            let new = |mail: &Mail| {
                mail.to == person.address && mail.body.contains("/recovery#") && !before.contains(mail)
            };
            if let Some(mail) = app.mails().await.into_iter().find(new) {
                return mail;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), arrives).await.expect("a new link")
}

impl Asking {
    /// Opens a link that the person was sent.
    async fn begin(app: &TestApp, person: &Person) -> Self {
        let token = link(app, person).await.token();
        Self::with(app, &token).await
    }

    async fn with(app: &TestApp, token: &str) -> Self {
        let mut browser = app.browser();
        let view = browser.post("/recovery/begin", json!({ "token": token })).await.ok();
        let key = view["key"].as_str().expect("a key").to_owned();
        Self { browser, key, view }
    }

    /// Opens a link, and asks for approval.
    async fn asked(app: &TestApp, person: &Person, lost: &str) -> Self {
        let mut asking = Self::begin(app, person).await;
        asking.ask(lost).await.ok();
        asking
    }

    async fn ask(&mut self, lost: &str) -> pforte_testkit::Answer {
        self.browser.post("/recovery/ask", json!({ "key": self.key, "lost": lost })).await
    }

    /// The two words that the page shows.
    fn words(&self) -> String {
        let words = self.view["words"].as_array().expect("words");
        words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    }

    async fn look(&mut self) -> pforte_testkit::Answer {
        self.browser.post("/recovery/look", json!({ "key": self.key })).await
    }

    async fn state(&mut self) -> String {
        self.look().await.ok()["state"].as_str().expect("a state").to_owned()
    }

    async fn finish(&mut self, typed: Value) -> pforte_testkit::Answer {
        let mut body = typed;
        body["key"] = json!(self.key);
        self.browser.post("/recovery/finish", body).await
    }

    /// Has a new secret for codes made; answers it.
    async fn new_secret(&mut self) -> Vec<u8> {
        let new = self.browser.post("/recovery/totp", json!({ "key": self.key })).await.ok();
        let secret = new["secret"].as_str().expect("a secret");
        data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).expect("base 32")
    }

    async fn withdraw(&mut self) -> pforte_testkit::Answer {
        self.browser.post("/recovery/withdraw", json!({ "key": self.key })).await
    }
}

/// What an app shows that holds this secret.
fn code(app: &TestApp, secret: &[u8]) -> String {
    let seconds = u64::try_from(app.app.sources.now().0 / 1_000_000).expect("after 1970");
    totp(secret, "", "").expect("a secret").generate(seconds).to_string()
}

/// Turns a contact's one-time codes on; answers their secret.
async fn codes_on(app: &TestApp, person: &Person) -> Vec<u8> {
    let mut contact = app.sign_in(person).await;
    let new = contact.post("/totp", Value::Null).await.ok();
    let secret = data_encoding::BASE32_NOPAD.decode(new["secret"].as_str().expect("a secret").as_bytes());
    let secret = secret.expect("base 32");
    contact.post("/totp/confirm", json!({ "code": code(app, &secret) })).await.status(204);
    app.advance(pforte_core::kernel::Span::seconds(60));
    secret
}

/// Gives the helper both rights, so that the customer has two authorised contacts.
async fn two_authorised(app: &TestApp) {
    app.sql("UPDATE contact SET right_instruction = TRUE WHERE first_name = 'Ben'").await;
}

/// The only recovery that whoever is signed in sees waiting.
async fn waiting(browser: &Browser) -> Value {
    let all = browser.get("/recoveries").await.ok();
    let waits = |view: &&Value| view["state"] == "waiting";
    all.as_array().expect("a list").iter().find(waits).cloned().expect("one waits")
}

async fn approve(browser: &mut Browser, words: &str) -> pforte_testkit::Answer {
    let id = waiting(browser).await["id"].as_str().expect("an id").to_owned();
    browser.post(&format!("/recoveries/{id}/approve"), json!({ "words": words })).await
}

/// Signs a contact in with a password.
async fn enters(
    app: &TestApp,
    person: &Person,
    password: &str,
    totp: Option<&str>,
) -> pforte_testkit::Answer {
    let body = match &person.username {
        Some(name) => {
            json!({ "provider": person.slug, "username": name, "password": password, "totp": totp })
        }
        None => {
            json!({ "provider": person.slug, "address": person.address, "password": password, "totp": totp })
        }
    };
    let path = if person.username.is_some() { "/sign-in/staff" } else { "/sign-in/contact" };
    app.browser().post(path, body).await
}

/// What whoever reads a mail can stop the recovery with.
fn stop_token(mail: &Mail) -> String {
    let (_, rest) = mail.body.split_once("/recovery/stop#").expect("a way to stop it");
    rest.split_whitespace().next().expect("a token").to_owned()
}
