//! What is said of a door that stays shut, to whoever stands before it: the gateway's page and the desk read the
//! same sentences. How something ended is told in `ended`.

use super::{
    decision::{Closed, Need},
    facts::Lack,
};
use crate::{catalogue::Action, kernel::Language};

/// One sentence in German and in English.
type Both = (&'static str, &'static str);

const fn pick((german, english): Both, language: Language) -> &'static str {
    match language {
        Language::German => german,
        Language::English => english,
    }
}

impl Need {
    /// Each that has a code of its own.
    pub const ALL: [Self; 18] = [
        Self::Reason,
        Self::Link,
        Self::Consent(Action::View),
        Self::Consent(Action::Change),
        Self::Consent(Action::Import),
        Self::Consent(Action::Download),
        Self::Consent(Action::Test),
        Self::PersonalData,
        Self::Area,
        Self::ActAs,
        Self::ActingAs,
        Self::CustomerWord,
        Self::Takeover,
        Self::Staff(Lack::Role),
        Self::Staff(Lack::Mfa),
        Self::Staff(Lack::Training),
        Self::Staff(Lack::Guidelines),
        Self::Staff(Lack::Duties),
    ];

    /// What would open the door, as one sentence.
    pub const fn told(self, language: Language) -> &'static str {
        pick(self.words(), language)
    }

    const fn words(self) -> Both {
        match self {
            Self::Reason => ("Dafür braucht es einen Grund.", "This needs a reason."),
            Self::Link => (
                "Dafür braucht es den Verweis auf das Gespräch oder die Anfrage.",
                "This needs a link to the call or request.",
            ),
            Self::Consent(Action::Change) => {
                ("Zum Ändern braucht es die Zustimmung des Kunden.", "Changing needs the customer’s consent.")
            }
            Self::Consent(Action::Import) => (
                "Zum Einspielen von Daten braucht es die Zustimmung des Kunden.",
                "Importing data needs the customer’s consent.",
            ),
            Self::Consent(Action::Download) => (
                "Zum Herunterladen braucht es die Zustimmung des Kunden.",
                "Downloading needs the customer’s consent.",
            ),
            Self::Consent(Action::Test) => (
                "Zum Ausprobieren braucht es die Zustimmung des Kunden.",
                "Testing needs the customer’s consent.",
            ),
            Self::Consent(Action::View | Action::Never) => {
                ("Dafür braucht es die Zustimmung des Kunden.", "This needs the customer’s consent.")
            }
            Self::PersonalData => ("Hier stehen persönliche Daten.", "This page holds personal data."),
            Self::Area => {
                ("Dieser Bereich gehört nicht zur Freigabe.", "This area is not part of the access.")
            }
            Self::ActAs => (
                "Als anderer Nutzer geht das nur mit Freigabe oder Zustimmung des Kunden.",
                "As another user only with a grant or consent from the customer.",
            ),
            Self::ActingAs => {
                ("Es fehlt, als wessen Nutzer Sie hineingehen.", "It is not said as whose user you enter.")
            }
            Self::CustomerWord => (
                "Dafür muss der Kunde zuerst geschrieben oder bestätigt haben.",
                "The customer must have written or confirmed first.",
            ),
            Self::Takeover => (
                "Dafür müssen Sie die Anfrage zuerst übernehmen.",
                "You have to take the request over first.",
            ),
            Self::Staff(lack) => lack.words(),
        }
    }
}

impl Lack {
    const fn words(self) -> Both {
        match self {
            Self::Role => (
                "Ihnen fehlt die Rolle: Zugänge öffnen Support und Onboarding.",
                "Your role opens no access. Support and onboarding can.",
            ),
            Self::Mfa => ("Ihnen fehlt der zweite Faktor.", "Your second factor is missing."),
            Self::Training => (
                "Ihnen fehlen Schulungen. Danach trägt die Verwaltung sie ein.",
                "You have not done all trainings. The administration enters them once they are done.",
            ),
            Self::Guidelines => (
                "Ihnen fehlt die Zustimmung zu den aktuellen Richtlinien.",
                "You have not accepted the current guidelines.",
            ),
            Self::Duties => (
                "Sie haben überfällige Pflichten. Erst danach öffnet sich wieder etwas.",
                "You have overdue duties. Once they are done, doors open again.",
            ),
        }
    }
}

impl Closed {
    /// Each that has a code of its own, without what it carries.
    pub const ALL: [Self; 18] = [
        Self::LogDown,
        Self::StaffInactive,
        Self::CustomerInactive,
        Self::Never,
        Self::NoVisit,
        Self::VisitEnded(super::EndedHow::GroundOver),
        Self::HourUp,
        Self::Idle,
        Self::ConditionLost(Lack::Role),
        Self::ViewOnly,
        Self::Product,
        Self::ContactGone,
        Self::GroundExpired,
        Self::GroundEnded(super::EndedHow::GroundOver),
        Self::TicketClosed(crate::ticket::ClosedHow::Staff),
        Self::TicketLocked,
        Self::SelfGrantOff,
        Self::NoGround,
    ];

    /// Why the door is shut, as one sentence or two.
    pub const fn told(self, language: Language) -> &'static str {
        pick(self.words(), language)
    }

    const fn words(self) -> Both {
        match self {
            Self::LogDown => (
                "Das Protokoll kann gerade nicht geschrieben werden. Bis dahin öffnet sich nichts; Beenden geht weiterhin.",
                "The log cannot be written right now. Until it can, no door opens; ending still works.",
            ),
            Self::StaffInactive => {
                ("Dieser Zugang zum Arbeitsplatz ist stillgelegt.", "This access to the desk is inactive.")
            }
            Self::CustomerInactive => {
                ("Das Konto dieses Kunden ist nicht aktiv.", "This customer’s account is not active.")
            }
            Self::Never => ("Das öffnet sich für den Support nie.", "This never opens for support."),
            Self::NoVisit => ("Dazu läuft kein Besuch.", "No visit is running for this."),
            Self::VisitEnded(_) => ("Dieser Besuch ist beendet.", "This visit has ended."),
            Self::HourUp => ("Die Stunde ist um.", "The hour is up."),
            Self::Idle => (
                "Der Besuch endete, weil lange nichts geschah.",
                "The visit ended because nothing happened for long.",
            ),
            Self::ConditionLost(_) => ("Eine Voraussetzung ist weggefallen.", "A condition was lost."),
            Self::ViewOnly => ("Dieser Zugang ist nur zum Ansehen.", "This access is for viewing only."),
            Self::Product => {
                ("Dieser Zugang gilt für ein anderes Produkt.", "This access is for another product.")
            }
            Self::ContactGone => (
                "Der Kontakt darf keinen Support mehr anfragen.",
                "The contact may no longer ask for support.",
            ),
            Self::GroundExpired => ("Die Zeit dieses Zugangs ist um.", "The time of this access is up."),
            Self::GroundEnded(_) => ("Der Zugang ist schon beendet.", "This access has already ended."),
            Self::TicketClosed(_) => ("Diese Anfrage ist geschlossen.", "This request is closed."),
            Self::TicketLocked => (
                "Diese Anfrage ist gesperrt. Eine neue führt sie fort.",
                "This request is locked. A follow-up carries it on.",
            ),
            Self::SelfGrantOff => (
                "Zugang allein zu öffnen ist hier nicht erlaubt.",
                "Opening access alone is not allowed here.",
            ),
            Self::NoGround => {
                ("Dafür braucht es eine PIN des Kunden.", "This needs a PIN from the customer.")
            }
        }
    }
}

/// Every code of a door that stays shut, with its sentence: what the pages are generated from.
pub fn told(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    let needs = Need::ALL.into_iter().map(move |need| (need.code(), need.told(language)));
    needs.chain(Closed::ALL.into_iter().map(move |closed| (closed.code(), closed.told(language))))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Each code has one sentence, and no two codes share one: nobody reads one reason for another.
    #[test]
    fn each_code_has_its_own_sentence() {
        for language in [Language::German, Language::English] {
            let mut codes = HashMap::new();
            for (code, sentence) in told(language) {
                assert!(sentence.ends_with('.'), "{code}: {sentence}");
                assert_eq!(codes.insert(sentence, code), None, "{code}: {sentence}");
            }
            assert_eq!(codes.len(), Need::ALL.len() + Closed::ALL.len());
        }
    }
}
