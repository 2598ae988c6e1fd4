//! Signing in and out, and the own account.

mod account;
mod link;
mod password;
mod sign_out;

use pforte_testkit::{Browser, Person};
use serde_json::{Value, json};

/// What a staff member types.
pub fn typed(person: &Person, password: &str, totp: &str) -> Value {
    json!({ "provider": person.slug, "username": person.username, "password": password, "totp": totp })
}

/// What a contact types.
pub fn typed_by_contact(person: &Person, password: &str) -> Value {
    json!({ "provider": person.slug, "address": person.address, "password": password })
}

/// Whether this browser is still signed in.
pub async fn signed_in(browser: &Browser) -> bool {
    browser.get("/me").await.status == 200
}
