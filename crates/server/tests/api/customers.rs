//! Customers as staff find them, and as admins add them.

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, TestApp, on_both};
use serde_json::{Value, json};

/// The names that a search finds.
async fn found(staff: &Browser, q: &str) -> Vec<String> {
    let page = staff.get(&format!("/customers?q={q}")).await.ok();
    let items = page["items"].as_array().expect("items");
    let mut names: Vec<_> = items.iter().map(|c| c["name"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|o| o.keys().map(String::as_str).collect()).unwrap_or_default()
}

async fn add_customers(app: &TestApp, admin: &mut Browser, count: usize) {
    for n in 0..count {
        // Each in an instant of its own, so that ids are in order.
        app.advance(Span::milliseconds(2));
        admin.post("/customers", json!({ "name": format!("Page {n}") })).await.ok();
    }
}

on_both! {
    /// However odd the numbers that are there, the next one is found; two who add at the same moment get two.
    async fn no_number_stops_the_next(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        for number in ["9223372036854775807", "99999999999999999999", "9223372036854775806", "ABCDEFGHIJ-1", "000000000009"] {
            admin.post("/customers", json!({ "name": "Odd", "number": number })).await.ok();
        }
        let adding: Vec<_> = (0..8)
            .map(|n| {
                let mut admin = admin.clone();
                let body = json!({ "name": format!("Next {n}") });
                tokio::spawn(async move { admin.post("/customers", body).await.ok()["number"].clone() })
            })
            .collect();
        let mut numbers = std::collections::BTreeSet::new();
        for one in adding {
            let number = one.await.expect("an answer");
            let number: u64 = number.as_str().and_then(|n| n.parse().ok()).expect("a number");
            assert!((10_001..20_000).contains(&number), "{number}");
            numbers.insert(number);
        }
        assert_eq!(numbers.len(), 8);
        admin.post("/customers", json!({ "name": "The last", "number": "999999999999" })).await.ok();
        for n in 0..3 {
            admin.post("/customers", json!({ "name": format!("After it {n}") })).await.ok();
        }
    }

    /// Rule B4: before a ground is open staff see number, name and the contacts' names, and no more.
    async fn b4_staff_see_number_name_and_contacts_names(app: TestApp) {
        let near = &app.world.near;
        let agent = app.sign_in(&near.agent).await;
        let page = agent.get("/customers?q=Oduya").await.ok();
        let customer = &page["items"][0];
        assert_eq!(keys(customer), ["active", "contacts", "group", "id", "name", "number"]);
        assert_eq!(keys(&customer["contacts"][0]), ["id", "name", "role", "support"]);
        let card = agent.get(&format!("/customers/{}", near.customer.id)).await.ok();
        assert_eq!(keys(&card), ["active", "address", "contacts", "ground", "group", "id", "name", "number", "pin_closed", "products"]);
        assert_eq!(card["address"], pforte_core::catalogue::MASK);
        for text in [page.to_string(), card.to_string()] {
            for secret in ["Quay Street", "@", "+4930", "23125"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
        // The same with an open ground: a PIN opens products, never customer data (rule B5).
        app.advance(Span::seconds(30));
        let (_, agent, _) = app.visit().await;
        let card = agent.get(&format!("/customers/{}", near.customer.id)).await.ok();
        assert_eq!((&card["products"][0]["decision"], &card["address"]), (&json!("open"), &json!("•••••")));
    }

    /// By number, name, contact's name or any spelling of a phone number.
    async fn customers_are_found_in_every_usual_way(app: TestApp) {
        let agent = app.sign_in(&app.world.near.agent).await;
        assert_eq!(found(&agent, "10001").await, ["Oduya Bakery"]);
        assert_eq!(found(&agent, "bikes").await, ["Lindgren Bikes"]);
        let everybody = ["Lindgren Bikes", "Oduya Bakery"];
        assert_eq!(found(&agent, "ben%20saw").await, everybody);
        for phone in ["%2B49%2030%2023125-100", "0049%2030%2023125100", "%2B49%20(30)%2023125/100"] {
            assert_eq!(found(&agent, phone).await, everybody, "{phone}");
        }
        for nothing in ["20001", "%25", "_", "nobody", "' OR 1=1 --"] {
            assert_eq!(found(&agent, &nothing.replace(' ', "%20")).await, Vec::<String>::new(), "{nothing}");
        }
    }

    /// M10: names are found however they are written, in every field, and what is no word finds nothing.
    async fn m10_names_are_found_however_they_are_written(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        for (n, (customer, first, last)) in [
            ("Österreichische Öle", "Jörg", "Müller"),
            ("Петров и сыновья", "Пётр", "Петров"),
            ("İstanbul Halı", "Işık", "Öztürk"),
            ("Groß & Söhne", "Hans", "Mueller"),
            ("Παπαδόπουλος", "Νίκος", "Παππάς"),
        ].into_iter().enumerate() {
            app.advance(Span::milliseconds(2));
            let added = admin.post("/customers", json!({ "name": customer })).await.ok();
            let path = format!("/customers/{}/contacts", added["id"].as_str().expect("an id"));
            let contact = json!({
                "first_name": first, "last_name": last, "role": "owner", "language": "de",
                "rights": { "support": true, "instruction": true }, "addresses": [format!("m{n}@öle.example")],
            });
            admin.post(&path, contact).await.ok();
        }
        let oil = "Österreichische Öle";
        for (asked, customers) in [
            ("Österreichische Öle", vec![oil]),
            ("öle österr", vec![oil]),
            ("O\u{308}sterreichische  O\u{308}le", vec![oil]),
            ("OELE", vec![oil]),
            ("Müller Jörg", vec![oil]),
            ("mueller joerg", vec![oil]),
            ("muller", vec!["Groß & Söhne", oil]),
            ("MÜLLER", vec!["Groß & Söhne", oil]),
            ("jörg öle", vec![oil]),
            ("jörg\tmüller", vec![oil]),
            ("ПЕТРОВ", vec!["Петров и сыновья"]),
            ("öztürk", vec!["İstanbul Halı"]),
            ("ÖZTÜRK ışık", vec!["İstanbul Halı"]),
            ("istanbul", vec!["İstanbul Halı"]),
            ("gross soehne", vec!["Groß & Söhne"]),
            ("ΝΙΚΟΣ", vec!["Παπαδόπουλος"]),
            ("παπαδοπουλος", vec!["Παπαδόπουλος"]),
            ("🅿", vec![]),
            ("a🅿b", vec![]),
            ("\u{19c0}", vec![]),
            ("日本語", vec![]),
        ] {
            let q: String = asked.bytes().map(|b| format!("%{b:02X}")).collect();
            let mut customers: Vec<_> = customers.into_iter().map(str::to_owned).collect();
            customers.sort();
            assert_eq!(found(&admin, &q).await, customers, "{asked}");
            let search = admin.get(&format!("/search?q={q}")).await.ok();
            let callers = admin.get(&format!("/callers?q={q}")).await.ok();
            let (contacts, callers) = (&search["contacts"], &callers["matches"]);
            let count = |list: &Value| list.as_array().expect("a list").len();
            let people = customers.len();
            // The finder finds contacts by their own names, among others.
            let own = |name: &str| ["müller", "petrov", "öztürk", "jörg"].contains(&name);
            if own(&asked.to_lowercase()) || people == 0 {
                assert_eq!((count(contacts), count(callers)), (people, people), "{asked}: {search}");
            }
        }
    }

    /// M10: staff are found in the same way.
    async fn m10_staff_are_found_however_they_are_written(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let body = json!({
            "username": "jmueller", "first_name": "Jörg", "last_name": "Müller", "email": "J.M@Büro.example",
            "roles": ["agent"],
        });
        let added = admin.post("/staff", body.clone()).await.ok();
        assert_eq!(added["staff"]["email"], "j.m@xn--bro-hoa.example");
        for (q, found) in [("m%C3%BCller", 1), ("muller%20jorg", 1), ("JMUELLER", 1), ("nobody", 0), ("%25", 0)] {
            for path in ["/staff", "/colleagues"] {
                let page = admin.get(&format!("{path}?q={q}")).await.ok();
                assert_eq!(page["items"].as_array().expect("items").len(), found, "{path} {q}");
            }
        }
    }

    /// M10: a domain with umlauts is one domain however it is written; other letters before the @ are refused.
    async fn m10_a_domain_with_umlauts_can_be_registered(app: TestApp) {
        let near = &app.world.near;
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/customers/{}/contacts", admin.post("/customers", json!({ "name": "Öle" })).await.ok()["id"].as_str().expect("an id"));
        let contact = |address: &str| json!({
            "first_name": "Jörg", "last_name": "Öl", "role": "owner", "language": "de",
            "rights": { "support": true, "instruction": true }, "addresses": [address],
        });
        let refused = admin.post(&path, contact("jörg@öle.example")).await.refused(422, "input.invalid");
        assert!(refused["fields"]["addresses"].as_str().expect("a sentence").contains("a to z"), "{refused}");
        admin.post(&path, contact("Joerg@ÖLE.example")).await.ok();
        for again in ["joerg@xn--le-eka.example", "joerg@o\u{308}le.example", "JOERG@öle.example"] {
            admin.post(&path, contact(again)).await.refused(409, "address.taken");
            let q: String = again.bytes().map(|b| format!("%{b:02X}")).collect();
            let search = admin.get(&format!("/search?q={q}")).await.ok();
            assert_eq!(search["exact"]["kind"], "contact", "{again}: {search}");
        }
        let mut owner = app.sign_in(&near.customer.owner).await;
        owner.post("/support-settings/addresses", json!({ "address": "jörg@kunde.example" })).await.refused(422, "address.local_part");
    }

    /// Lists come in pages; the cursor leads through all of them, each item once.
    async fn pages_lead_through_everything_once(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        add_customers(&app, &mut admin, 9).await;
        let (mut names, mut cursor) = (vec![], String::new());
        loop {
            let page = admin.get(&format!("/customers?limit=4{cursor}")).await.ok();
            let items = page["items"].as_array().expect("items");
            names.extend(items.iter().map(|c| c["name"].as_str().expect("a name").to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            assert_eq!(items.len(), 4, "only the last page is short");
        }
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!((names.len(), distinct.len()), (11, 11));
        admin.get("/customers?cursor=nonsense").await.refused(422, "input.invalid");
        for limit in ["0", "-5", "100000"] {
            let page = admin.get(&format!("/customers?limit={limit}")).await.ok();
            assert!((1..=100).contains(&page["items"].as_array().expect("items").len()));
        }
        admin.get("/customers?limit=many").await.status(400);
    }

    /// An admin adds customers, groups and contacts; numbers and names are taken once.
    async fn admins_add_customers_groups_and_contacts(app: TestApp) {
        let near = &app.world.near;
        let mut admin = app.sign_in(&near.admin).await;
        let group = admin.post("/groups", json!({ "name": "Resellers" })).await.ok();
        admin.post("/groups", json!({ "name": "Resellers" })).await.refused(409, "conflict");
        let customer = admin.post("/customers", json!({ "name": "Varga Print", "group_id": group["id"] })).await.ok();
        assert_eq!((&customer["number"], &customer["group"]), (&json!("10003"), &json!("Resellers")));
        let taken = json!({ "name": "Another", "number": "10003" });
        admin.post("/customers", taken).await.refused(409, "conflict");
        // The same number at another provider is nobody's business.
        let mut far = app.sign_in(&app.world.far.admin).await;
        far.post("/customers", json!({ "name": "Another", "number": "10003" })).await.ok();

        let path = format!("/customers/{}/contacts", customer["id"].as_str().expect("an id"));
        let contact = |address: &str, phone: &str| json!({
            "first_name": "Rosa", "last_name": "Varga", "role": "owner", "language": "de",
            "rights": { "support": true, "instruction": true }, "addresses": [address], "phones": [phone],
        });
        for (address, phone, field) in [
            ("no address", "+49 40 1234567", "addresses"),
            ("rosa@varga.example", "12", "phones"),
        ] {
            let refused = admin.post(&path, contact(address, phone)).await.refused(422, "input.invalid");
            assert!(refused["fields"][field].is_string(), "{refused}");
        }
        admin.post(&path, contact("rosa@varga.example", "040 1234567")).await.ok();
        admin.post(&path, contact("ROSA@varga.example", "+49 40 1234567")).await.refused(409, "address.taken");
        assert_eq!(found(&admin, "0049401234567").await, ["Varga Print"]);
    }

    /// A group of another provider's cannot be used.
    async fn a_foreign_group_is_none(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let body = json!({ "name": "Varga Print", "group_id": app.world.far.group });
        let refused = admin.post("/customers", body).await.refused(422, "input.invalid");
        assert!(refused["fields"]["group_id"].is_string(), "{refused}");
        let all = admin.get("/customers?q=Varga").await.ok();
        assert_eq!(all["items"], json!([]));
    }
}
