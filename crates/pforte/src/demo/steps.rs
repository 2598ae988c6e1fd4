//! What the terminal says when the demo is up: who may sign in, what to try first, where mails lie. In German
//! for a German terminal, else in English, with people whose pages are in the same language.

use std::{env, path::Path};

use pforte_core::kernel::Language;

use super::people;

/// The language of the terminal, as POSIX says it.
pub fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(env::var_os).find(|v| !v.is_empty());
    match set {
        Some(locale) if locale.to_string_lossy().starts_with("de") => Language::German,
        _ => Language::English,
    }
}

/// What is at which address.
pub struct Places<'a> {
    pub portal: &'a str,
    /// The sample product, where the demo started it.
    pub panel: Option<String>,
    pub mails: &'a Path,
}

pub fn tell(language: Language, places: &Places<'_>) {
    println!("{}", text(language, places));
}

fn text(language: Language, places: &Places<'_>) -> String {
    let Places { portal, panel, mails } = places;
    let (password, totp, mails) = (people::PASSWORD, people::TOTP, mails.display());
    match language {
        Language::German => {
            let panel = panel
                .as_ref()
                .map_or(String::new(), |at| format!("\n  Das Produkt, wie der Kunde es benutzt: {at}\n"));
            format!(
                "\nPforte ist offen zum Ansehen, mit einer Woche, die hinter allen liegt.\n\n  \
                 Kundin    {portal}/             Marta Oduya    marta@oduya-ceramics.example\n  \
                 Support   {portal}/desk         Lena Brandt    lena\n  \
                 Leitung   {portal}/desk/alarms  Ruth Adeyemi   ruth\n\n  \
                 Ein Klick auf den Namen meldet an. Oder mit dem Passwort {password}\n  \
                 und, beim Support, einem Einmalcode aus {totp}\n\n  \
                 1. Kundin: oben rechts auf „Support“. Da steht die PIN.\n  \
                 2. Support: Taste /, „Oduya“ tippen, Eingabetaste. PIN und Grund eintragen, dazu Martas\n     \
                 Nummer, „030 23125100“, und „Einlösen“. Beide lesen jetzt dieselben zwei Wörter.\n  \
                 3. Support: „Nordlicht panel“ öffnet das Produkt, als Marta. Namen und Adressen sind verdeckt.\n  \
                 4. Kundin: zusehen, was geöffnet wird. „Jetzt beenden“.\n\n  \
                 Nehmen Sie zwei Browser oder ein privates Fenster.{panel}\n  \
                 Mails, die der Server schreibt, liegen in {mails}\n  Strg-C beendet alles.\n"
            )
        }
        Language::English => {
            let panel = panel
                .as_ref()
                .map_or(String::new(), |at| format!("\n  The product, as the customer uses it: {at}\n"));
            format!(
                "\nPforte is open for a look, with a week behind everybody in it.\n\n  \
                 Customer  {portal}/             Grace Harbour  grace@harbour-finch.example\n  \
                 Agent     {portal}/desk         Mira Sandoval  mira\n  \
                 Lead      {portal}/desk/alarms  Ruth Adeyemi   ruth\n\n  \
                 A click on a name signs in. Or use the password {password}\n  \
                 and, for staff, a one-time code from {totp}\n\n  \
                 1. Customer: press “Support” at the top right. There is the PIN.\n  \
                 2. Agent: press /, type “Harbour”, press Enter. Fill in the PIN and a reason, Grace's number,\n     \
                 “+44 117 496 0100”, and press “Redeem”. Both now read the same two words.\n  \
                 3. Agent: “Nordlicht panel” opens the product, as Grace. Names and addresses are masked.\n  \
                 4. Customer: watch what is being opened. Press “End now”.\n\n  \
                 Use two browsers, or a private window.{panel}\n  \
                 Mails that the server writes lie in {mails}\n  Ctrl-C ends it.\n"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_every_place() {
        let places = Places {
            portal: "http://pforte.localhost:7000",
            panel: Some("http://panel.localhost:7002/login".into()),
            mails: Path::new("target/demo/mails"),
        };
        for language in [Language::German, Language::English] {
            let said = text(language, &places);
            for word in [places.portal, "7002", "target/demo/mails", people::PASSWORD, people::TOTP, "ruth"] {
                assert!(said.contains(word), "{word} is missing in {said}");
            }
        }
    }
}
