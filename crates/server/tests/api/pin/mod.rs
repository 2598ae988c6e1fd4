//! The support PIN: `/pin`, `/pin/renew`, `/pin/redeem`, `…/pin/deactivate`.

mod guesses;
mod redeem;
mod secret;
mod show;

use pforte_core::{kernel::PinId, pin};
use pforte_testkit::{Browser, Customer, Person, redeem_body};
use serde_json::Value;

/// Nine digits that check, but are not these.
pub fn wrong_digits(right: &str) -> String {
    let key = [9; 32];
    let other = (0..).map(|n| pin::digits(&key, PinId(uuid::Uuid::from_u128(n))).reveal());
    other.into_iter().find(|digits| digits != right).expect("there are many")
}

/// Types wrong PINs for a contact.
pub async fn guess_wrong(staff: &mut Browser, customer: &Customer, contact: &Person, times: usize) {
    for _ in 0..times {
        staff
            .post("/pin/redeem", redeem_body(customer, contact, &wrong_digits("")))
            .await
            .refused(403, "pin.wrong");
    }
}

/// What the contact's page tells, newest first.
pub async fn notices(contact: &Browser) -> Vec<String> {
    let door = contact.get("/door").await.ok();
    let notices = door["notices"].as_array().expect("notices");
    notices.iter().map(|n| n["code"].as_str().expect("a code").to_owned()).collect()
}

/// The codes of the alarms a lead sees, newest first.
pub async fn alarms(lead: &Browser) -> Vec<Value> {
    lead.get("/alarms").await.ok()["items"].as_array().expect("alarms").clone()
}
