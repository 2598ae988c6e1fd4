//! Control 1: the database alone reveals no PIN.

use std::collections::HashSet;

use pforte_core::pin;
use pforte_testkit::on_both;
use serde_json::Value;

on_both! {
    /// Control 1: after a thousand PINs neither the database nor the log holds the digits of one.
    async fn control_1_no_digits_are_recoverable_from_the_database(app: TestApp) {
        let near = &app.world.near;
        let mut pins = HashSet::new();
        let mut contacts = vec![];
        for customer in [&near.customer, &near.other] {
            contacts.push(app.sign_in(&customer.owner).await);
            contacts.push(app.sign_in(&customer.helper).await);
        }
        for n in 0..1_000 {
            let contact = &mut contacts[n % 4];
            let shown = contact.post("/pin/renew", Value::Null).await.ok();
            pins.insert(shown["digits"].as_str().expect("digits").to_owned());
        }
        assert!(pins.len() > 990, "{} different ones", pins.len());

        let bytes = app.db.bytes();
        assert!(bytes.len() > 100_000, "the dump is whole: {} bytes", bytes.len());
        // Every run of digits of the right length, as it stands and as people group it.
        for window in bytes.windows(9).filter(|w| w.iter().all(u8::is_ascii_digit)) {
            let digits = std::str::from_utf8(window).expect("digits");
            assert!(!pins.contains(digits), "the database holds a PIN");
        }
        for window in bytes.windows(11).filter(|w| w[3] == w[7] && !w[3].is_ascii_digit()) {
            let digits: String = window.iter().filter(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
            assert!(!pins.contains(&digits), "the database holds a grouped PIN");
        }
        // Whoever has the ids but another key derives other digits.
        let mut conn = app.app.read().await.expect("a connection");
        let held = pforte_store::pin::unended(&mut conn, near.provider, near.customer.owner.id.into()).await;
        let held = held.expect("reads").expect("a PIN");
        assert!(pins.contains(&pin::digits(&app.app.secrets.pin, held.id).reveal()));
        assert!(!pins.contains(&pin::digits(&[0; 32], held.id).reveal()));
    }
}
