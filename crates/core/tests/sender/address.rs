//! The one spelling of addresses, look-alikes, and what local parts give away.

use pforte_core::sender::{AddressKind::*, *};
use proptest::{prelude::*, test_runner::Config};

fn address(text: &str) -> Address {
    Address::parse(text).expect(text)
}

#[test]
fn z8_one_address_has_one_spelling() {
    let cases = [
        ("Karin.Dahl@Kunde.Example", "karin.dahl@kunde.example"),
        ("  karin@kunde.example\r\n", "karin@kunde.example"),
        ("karin+pforte@mail.kunde.example", "karin+pforte@mail.kunde.example"),
        ("o'neill@kunde.example", "o'neill@kunde.example"),
        ("Karin@KÜHNE.example", "karin@xn--khne-0ra.example"),
        ("karin@ku\u{308}hne.example", "karin@xn--khne-0ra.example"),
        ("karin@straße.example", "karin@xn--strae-oqa.example"),
        ("karin@xn--khne-0ra.example", "karin@xn--khne-0ra.example"),
    ];
    for (typed, kept) in cases {
        assert_eq!(address(typed).as_str(), kept);
        assert_eq!(address(kept), address(typed));
    }
    assert_eq!(address("a@b.example").local(), "a");
    assert_eq!(address("a@b.example").domain(), "b.example");
}

#[test]
fn control_40_what_is_no_plain_address_is_refused() {
    let long_local = format!("{}@kunde.example", "a".repeat(65));
    let long_label = format!("a@{}.example", "b".repeat(64));
    let long = format!("a@{}example", "b.".repeat(125));
    let cases = [
        "",
        "@",
        "karin",
        "karin@",
        "@kunde.example",
        "karin@localhost",
        "a@b@kunde.example",
        "ka rin@kunde.example",
        "karin\0@kunde.example",
        "karin@kunde.example\u{0}x",
        "karin@kunde\n.example",
        "\"karin\"@kunde.example",
        "karin(boss)@kunde.example",
        "<karin@kunde.example>",
        "karin@kunde.example,x@y.example",
        "team: karin@kunde.example;",
        ".karin@kunde.example",
        "ka..rin@kunde.example",
        "karin.@kunde.example",
        "karin@.kunde.example",
        "karin@kunde..example",
        "karin@kunde.example.",
        "karin@-kunde.example",
        "karin@kunde-.example",
        "karin@ku_nde.example",
        "karin@kün de.example",
        "karin@kü_nde.example",
        "karin@xn--.example",
        "karin@xn--999999999.example",
        "karin@[127.0.0.1]",
        "karin@127.0.0.1",
        "karin\u{202e}@kunde.example",
        "karin\u{a0}@kunde.example",
        &long_local,
        &long_label,
        &long,
    ];
    for text in cases {
        assert_eq!(Address::parse(text), Err(AddressRefusal::Invalid), "{text:?}");
    }
}

/// An address with other letters before the @ is refused with a reason of its own: most mail servers take none.
#[test]
fn m10_letters_beyond_ascii_before_the_at_are_told_apart() {
    for text in [
        "jörg@kunde.example",
        "jo\u{308}rg@kunde.example",
        "петров@kunde.example",
        "kаrin.dahl@kunde.example",
        "\u{212a}arin@kunde.example",
    ] {
        assert_eq!(Address::parse(text), Err(AddressRefusal::LocalPart), "{text}");
    }
    assert_eq!(Address::spelling(" Karin@KÜHNE.example "), "karin@xn--khne-0ra.example");
    assert_eq!(Address::spelling(" Jörg@kunde.example"), "jörg@kunde.example");
}

/// Control 40: no look-alike letter is folded onto the one it looks like.
#[test]
fn control_40_a_look_alike_is_told_from_the_real_one() {
    let real = address("karin.dahl@kunde-modern.example");
    for other in [
        "karin.dahl@kunde-rnodern.example",
        "karin.dahl@kunde-m0dern.example",
        "karin.dahi@kunde-modern.example",
        "karin.dah1@kunde-modern.example",
        "karin.dahl@kundе-modern.example",
        "karin.dahl@künde-modern.example",
        "karindahl@kundemodern.example",
    ] {
        let other = address(other);
        assert_ne!(other, real);
        assert!(other.looks_like(&real) && real.looks_like(&other), "{}", other.as_str());
    }
    assert!(!real.looks_like(&real));
    assert!(!address("karin.stahl@kunde-modern.example").looks_like(&real));
    assert!(!address("karin.dahl@kunde-modern.test").looks_like(&real));
}

#[test]
fn z4_z14_z15_control_42_local_parts_give_roles_away() {
    let cases: &[(AddressKind, &[&str])] = &[
        (
            Nobody,
            &[
                "noreply",
                "no-reply",
                "No_Reply",
                "do-not-reply",
                "donotreply+17",
                "noreply-accounts",
                "MAILER-DAEMON",
                "postmaster",
                "bounces+karin=kunde",
                "newsletter",
                "nicht-antworten",
            ],
        ),
        (
            Support,
            &[
                "support",
                "help",
                "helpdesk",
                "it-support",
                "kundenservice",
                "hilfe",
                "support.de",
                "support2",
            ],
        ),
        (
            Role,
            &[
                "info",
                "Info2",
                "office",
                "service",
                "kontakt",
                "buchhaltung",
                "team",
                "büro",
                "rechnung",
                "billing",
                "info-berlin",
                "it-team",
                "team-nord",
                "datenschutz",
                "admin",
                "sales",
                "liste",
                "projekt-owner",
            ],
        ),
        (
            Personal,
            &[
                "karin",
                "karin.dahl",
                "k.dahl",
                "karin_dahl",
                "dahl",
                "post.karin",
                "teamer",
                "infante",
                "helpman",
                "karin+info",
                "serviceberg.anna",
                "m.office-berg",
            ],
        ),
    ];
    for (kind, locals) in cases {
        for local in *locals {
            assert_eq!(address_kind(&format!("{local}@kunde.example")), *kind, "{local}");
            assert_eq!(address_kind(local), *kind, "{local}, without a domain");
        }
    }
}

#[test]
fn an_address_is_not_printed_by_accident() {
    assert_eq!(format!("{:?}", address("karin@kunde.example")), "Address(…)");
    assert!(serde_json::from_str::<Address>("\"karin\"").is_err());
    assert_eq!(serde_json::from_str::<Address>("\"A@B.example\"").expect("valid"), address("a@b.example"));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    /// Whatever comes in: no panic, and what is read is bounded, plain, and stays as it is.
    #[test]
    fn control_40_reading_is_bounded_and_settles(
        text in prop_oneof![any::<String>(), "[ -~]{0,20}@[ -~]{0,20}", "[a-zA-Z.+]{1,9}@[a-z-]{1,9}\\.[a-z]{2,5}"],
    ) {
        let _ = address_kind(&text);
        let Ok(read) = Address::parse(&text) else { return Ok(()) };
        prop_assert!(read.as_str().len() <= 254);
        prop_assert_eq!(read.as_str().matches('@').count(), 1);
        prop_assert!(!read.as_str().chars().any(|c| c.is_control() || c.is_whitespace() || c.is_ascii_uppercase()));
        prop_assert!(read.domain().is_ascii());
        prop_assert_eq!(Address::parse(read.as_str()), Ok(read));
    }
}
