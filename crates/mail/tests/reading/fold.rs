//! Quotes are told from what is new.

use pforte_mail::message::fold::fold;

#[test]
fn quotes_of_usual_programs_are_split_off() {
    let quotes = [
        "Am 19.11.2026 um 10:00 schrieb Nordlicht Support:\n> alt",
        "Am Do., 19. Nov. 2026 um 10:00 Uhr schrieb Nordlicht <\nsupport@nordlicht.example>:\n\n> alt",
        "On Thu, Nov 19, 2026 at 10:00 AM Support <s@nordlicht.example> wrote:\n> old",
        "On 19 Nov 2026, at 10:00, Support <s@nordlicht.example>\nwrote:\n\nold",
        "-----Original Message-----\nFrom: a\n\nold",
        "-----Ursprüngliche Nachricht-----\nVon: a\n\nalt",
        "Von: Support <s@nordlicht.example>\nGesendet: Donnerstag\nAn: Kim\nBetreff: Drucker\n\nalt",
        "From: Support <s@nordlicht.example>\nSent: Thursday\nTo: Kim\nSubject: Printer\n\nold",
        "*Von:* Support\n*Gesendet:* Donnerstag\n*An:* Kim\n\nalt",
        "##- Bitte schreiben Sie über dieser Zeile -##\nalt",
        "> ##- Please write above this line -##\n> old",
        "Le jeu. 19 nov. 2026 à 10:00, Support <s@nordlicht.example> a écrit :\n\n> vieux",
        "El jue, 19 nov 2026 a las 10:00, Support (<s@nordlicht.example>) escribió:\n> viejo",
        "W dniu 19.11.2026 o 10:00 Support napisał(a):\n> stare",
        "19.11.2026 10:00, Support пише:\n> старое",
        "________________________________\nFrom: Support <s@nordlicht.example>\nSent: Thursday\nTo: Kim\nSubject: P\n\nold",
        "De : Support <s@nordlicht.example>\nEnvoyé : jeudi 19 novembre 2026\nÀ : Kim\nObjet : Imprimante\n\nvieux",
        "Van: Support <s@nordlicht.example>\nVerzonden: donderdag\nAan: Kim\nOnderwerp: Printer\n\noud",
        "-----Message d'origine-----\nDe : a\n\nvieux",
        "> old\n> older\n\n> oldest",
    ];
    for quote in quotes {
        let folded = fold(&format!("Danke, geht.\n\nKim\n\n{quote}\n"));
        assert_eq!(folded.own, "Danke, geht.\n\nKim", "{quote}");
        assert_eq!(folded.quoted.as_deref(), Some(quote), "{quote}");
    }
}

#[test]
fn what_is_no_quote_stays() {
    for text in [
        "Am Montag schrieb ich Ihnen schon.",
        "From: here to there\nit is far",
        "-- \nKim",
        "> you asked\n\nYes, I did.",
        "On the other hand, she wrote a letter.",
        "Von: mir",
        "Am 3.11.2026 um 10 Uhr schrieb mir Ihr Kollege:\nder Drucker sei ersetzt. Das stimmt nicht.",
        "On 3 Nov your colleague wrote:\nit is done. It is not.",
        "Die Strecke:\nVon: Berlin\nAn: Hamburg\nDatum: 3.12.2026\nfällt aus.",
        "Der Fehler lautet:\n\n> Error 500\n> at line 3",
        "Siehe unten.\n\nAm 19.11.2026 um 10:00 schrieb Support:\n> Geht es?\n\nNein, es geht nicht.",
        "Hallo,\n\nOn 19 Nov 2026 Support <s@nordlicht.example> wrote:\n> Does it print?\nNo.\n> Is it on?\nYes.",
        "Antwort unten\n##- Bitte über dieser Zeile -##\n> Geht es?\nNein!",
        "---",
    ] {
        assert_eq!(fold(text).quoted, None, "{text}");
    }
}

#[test]
fn an_answer_below_the_quote_is_shown_whole() {
    let text = "> Does it print?\n\nNo.";
    assert_eq!(fold(text).own, text);
    assert_eq!(fold("##- above -##\nno, below").own, "##- above -##\nno, below");
}

/// Control 49: a text of many quotes is looked at once.
#[test]
fn long_quotes_are_folded_at_once() {
    for line in ["> a\nb\n", ">\n", "From: a\n", "On a\n", "##-\n", "Am 1\nschrieb\n"] {
        let _ = fold(&line.repeat(100_000 / line.len()));
    }
}
