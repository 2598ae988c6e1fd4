//! Customers and contacts out of files.

use axum::body::Body;
use http::{Request, header};
use pforte_core::kernel::Span;
use pforte_testkit::{Answer, Browser, PRODUCT, PUBLIC_ORIGIN, entries_named, on_both};
use serde_json::{Value, json};

use crate::contacts::{change, second};

async fn send(admin: &Browser, what: &str, dry: bool, file: impl Into<Vec<u8>>) -> Answer {
    let request = Request::post(format!("/api/v1/imports/{what}?dry_run={dry}"))
        .header(header::ORIGIN, PUBLIC_ORIGIN)
        .header(header::CONTENT_TYPE, "text/csv")
        .body(Body::from(file.into()))
        .expect("a request");
    admin.clone().send(request).await
}

async fn import(admin: &Browser, what: &str, dry: bool, file: impl Into<Vec<u8>>) -> Value {
    send(admin, what, dry, file).await.ok()
}

fn counts(report: &Value) -> [u64; 5] {
    ["added", "changed", "same", "waits", "wrong"]
        .map(|name| report["counts"][name].as_u64().expect("a count"))
}

async fn names(admin: &Browser, q: &str) -> Vec<String> {
    let q: String = q.bytes().map(|b| format!("%{b:02X}")).collect();
    let page = admin.get(&format!("/customers?q={q}")).await.ok();
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|c| c["name"].as_str().expect("a name").into())
        .collect()
}

on_both! {
    /// U11: a file is looked at first; then it is taken over, once, whatever its encoding and its header's language.
    async fn u11_customers_are_imported_once(app: TestApp) {
        let near = app.world.near.clone();
        let admin = app.sign_in(&near.admin).await;
        let file = "Kundennummer;Firma;Kundengruppe;Umsatz\r\n20001;\"Öle; Fette & Co\";Handel\r\n20002;Weiß GmbH;handel;7\r\n";
        let latin: Vec<u8> = file.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
        let seen = import(&admin, "customers", true, latin.clone()).await;
        assert_eq!((counts(&seen), &seen["done"]), ([2, 0, 0, 0, 0], &json!(false)), "{seen}");
        assert_eq!((&seen["encoding"], &seen["separator"]), (&json!("windows-1252"), &json!(";")));
        assert_eq!(seen["unknown_columns"], json!(["Umsatz"]));
        assert_eq!(names(&admin, "öle fette").await, Vec::<String>::new(), "looking writes nothing");
        let done = import(&admin, "customers", false, latin).await;
        assert_eq!((counts(&done), &done["done"]), ([2, 0, 0, 0, 0], &json!(true)), "{done}");
        assert_eq!(names(&admin, "öle fette").await, ["Öle; Fette & Co"]);
        assert_eq!(entries_named(&app.app, near.provider, "group.added").await.len(), 1, "one group for both");
        // Again, in English, as UTF-8 with its mark, by commas: only what differs is changed.
        let again = "\u{feff}number,name,group\n20001,\"Öle; Fette & Co\",Handel\n20002,Weiss AG,\n20003,New,\n";
        let done = import(&admin, "customers", false, again).await;
        assert_eq!((counts(&done), &done["done"]), ([1, 1, 1, 0, 0], &json!(true)), "{done}");
        assert_eq!(names(&admin, "20002").await, ["Weiss AG"]);
        let done = import(&admin, "customers", false, again).await;
        assert_eq!(counts(&done), [0, 0, 3, 0, 0]);
        assert_eq!(entries_named(&app.app, near.provider, "customer.added").await.len(), 3);
        assert_eq!(entries_named(&app.app, near.provider, "customer.changed").await.len(), 1);
    }

    /// U11: with one wrong line nothing is taken, and each wrong line says where and what to do.
    async fn u11_one_wrong_line_and_nothing_is_taken(app: TestApp) {
        let admin = app.sign_in(&app.world.near.admin).await;
        let file = "number;name;group\n20001;Good;\n20 02;Bad number;\n20003;;\n20001;Twice;\n20004;Much;A;B\n20005;\"Open quote;\nrest\n";
        for dry in [true, false] {
            let seen = import(&admin, "customers", dry, file).await;
            let flaws: Vec<_> = seen["flaws"].as_array().expect("flaws").iter()
                .map(|flaw| (flaw["line"].as_u64().expect("a line"), flaw["code"].as_str().expect("a code")))
                .collect();
            assert_eq!(flaws, [
                (3, "import.number"), (4, "import.name"), (5, "import.line_twice"), (6, "import.too_many_fields"),
                (7, "import.line_break"),
            ], "{seen}");
            assert_eq!((&seen["flaws"][0]["column"], &seen["done"]), (&json!("number"), &json!(false)));
            assert!(seen["flaws"].as_array().expect("flaws").iter().all(|flaw| flaw["detail"].as_str().is_some_and(|d| d.len() > 10)));
        }
        assert_eq!(names(&admin, "Good").await, Vec::<String>::new());
        for (file, status, code) in [
            (String::new(), 422, "import.empty"),
            ("number;name\n".into(), 422, "import.empty"),
            ("number;group\n1;A\n".into(), 422, "import.column_missing"),
            ("number;name;Firma\n1;A;B\n".into(), 422, "import.column_twice"),
            (format!("number;name\n{}", "1;A\n".repeat(1_001)), 422, "import.too_many"),
            (format!("number;name\n1;{}", "A".repeat(1_100_000)), 413, "body.too_large"),
        ] {
            send(&admin, "customers", true, file).await.refused(status, code);
        }
        // Bytes of no text at all are no 500.
        let odd: Vec<u8> = (0..=255).collect();
        send(&admin, "customers", true, odd).await.status(422);
    }

    /// U11, P2: contacts of a customer with nobody who could agree are there at once, each with a code; handing the
    /// file over again adds nobody.
    async fn u11_contacts_are_imported_once(app: TestApp) {
        let near = app.world.near.clone();
        let mut admin = app.sign_in(&near.admin).await;
        admin.post("/customers", json!({ "name": "Öle", "number": "30001" })).await.ok();
        let file = format!(
            "Kundennr.;Vorname;Nachname;E-Mail;Telefon;Rolle;Support;Anweisungen;Sprache;Nutzer in {PRODUCT}\n\
             30001;Jörg;Müller;Joerg@Öle.example;030 23125199;Inhaber;ja;x;de;u-joerg\n\
             30001;Ida;Öztürk;\"ida@oele.example, i.oeztuerk@oele.example\";;;nein;;;\n"
        );
        let seen = import(&admin, "contacts", true, file.clone()).await;
        assert_eq!((counts(&seen), &seen["codes"]), ([2, 0, 0, 0, 0], &json!([])), "{seen}");
        let done = import(&admin, "contacts", false, file.clone()).await;
        assert_eq!((counts(&done), &done["done"]), ([2, 0, 0, 0, 0], &json!(true)), "{done}");
        assert_eq!(done["codes"].as_array().expect("codes").len(), 2);
        assert!(done["codes"][0]["activation_code"].is_string());
        app.mail("joerg@xn--le-eka.example", "/activation#").await;
        let found = admin.get("/search?q=mueller%20joerg").await.ok();
        assert_eq!(found["contacts"][0]["customer"]["number"], "30001");
        let again = import(&admin, "contacts", false, file).await;
        assert_eq!((counts(&again), &again["codes"]), ([0, 0, 2, 0, 0], &json!([])));
        assert_eq!(entries_named(&app.app, near.provider, "contact.added").await.len(), 2);
        let wrong = "customer;first name;last name;email;phone;role;support;user in panel\n\
             99999;A;B;a@b.example;;;;\n30001;A;B;jörg@b.example;;;;\n30001;A;B;joerg@öle.example;12;;;\n\
             30001;A;B;c@b.example;;boss;;\n30001;A;B;d@b.example;;;perhaps;\n30001;A;B;e@b.example;;;;u-joerg\n\
             30001;A;B;f@b.example;;;;\n30001;C;D;f@b.example;;;;\n";
        let seen = import(&admin, "contacts", false, wrong).await;
        let codes: Vec<_> = seen["flaws"].as_array().expect("flaws").iter().map(|flaw| flaw["code"].as_str().expect("a code")).collect();
        assert_eq!(codes, [
            "import.no_customer", "address.local_part", "phone.invalid", "import.role", "import.yes_no",
            "product_user.taken", "import.line_twice",
        ], "{seen}");
        let stranger = format!("customer;first name;last name;email\n30001;A;B;{}\n", near.other.owner.address);
        let seen = import(&admin, "contacts", false, stranger).await;
        assert_eq!(seen["flaws"][0]["code"], "address.shared");
        let foreign = format!("customer;first name;last name;email\n{};A;B;a@b.example\n", app.world.far.customer.number);
        let seen = import(&admin, "contacts", true, foreign).await;
        assert_eq!(seen["flaws"][0]["code"], "import.no_customer", "another provider's customers are none");
    }

    /// Rule P2, control 19: an import gives nobody more than adding by hand: where somebody can agree, it waits for
    /// them, and the code is theirs.
    async fn p2_imported_contacts_wait_for_the_customer(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, _) = second(&app).await;
        let admin = app.sign_in(&near.admin).await;
        let file = format!(
            "customer,first name,last name,email,support,instructions\n{},Rosa,Varga,rosa@oduya.example,yes,yes\n",
            near.customer.number
        );
        let seen = import(&admin, "contacts", true, file.clone()).await;
        assert_eq!((counts(&seen), &seen["preview"][0]["becomes"]), ([0, 0, 0, 1, 0], &json!("waits")));
        let done = import(&admin, "contacts", false, file.clone()).await;
        assert_eq!((counts(&done), &done["codes"]), ([0, 0, 0, 1, 0], &json!([])), "{done}");
        app.advance(Span::seconds(1));
        let again = import(&admin, "contacts", false, file).await;
        assert_eq!(counts(&again), [0, 0, 1, 0, 0], "who waits is asked about once");
        let settings = owner.get("/support-settings").await.ok();
        let listed = settings["contacts"].to_string();
        assert!(!listed.contains("Varga"), "nobody is authorised by an import: {listed}");
        let waiting = json!({ "change": settings["changes"][0] });
        assert_eq!(waiting["change"]["what"]["instruction"], true);
        let agreed = owner.post(&change(&waiting, "approve"), Value::Null).await.ok();
        assert!(agreed["activation_code"].is_string());
        assert!(owner.get("/support-settings").await.ok()["contacts"].to_string().contains("Varga"));
    }
}
