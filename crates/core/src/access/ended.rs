//! How grounds and visits end, and the one table of words that tells it: portal, desk and the gateway's page
//! read the same.
//!
//! Must never say more than what happened and by which side: names are looked up for whoever may read them.

use super::facts::Lack;
use crate::{
    kernel::{Language, words},
    ticket::ClosedHow,
};

words! {
    /// How a ground or a visit ended: what happened, and by which side.
    EndedHow {
        /// *End now*.
        Customer = "customer",
        /// The agent's *End* or *Give back*.
        Staff = "staff",
        Lead = "lead",
        KillSwitch = "kill_switch",
        /// The ground's own time was up.
        Expired = "expired",
        HourUp = "hour_up",
        Idle = "idle",
        SignedOut = "signed_out",
        ClosedByCustomer = "closed_by_customer",
        ClosedByStaff = "closed_by_staff",
        ClosedBySilence = "closed_by_silence",
        Merged = "merged",
        /// The ticket was closed and opened again since.
        Reopened = "reopened",
        Locked = "locked",
        HandedOver = "handed_over",
        TakenOver = "taken_over",
        Released = "released",
        /// Staff opened the ticket again, and the customer has not said a word.
        CustomerWord = "customer_word",
        StaffInactive = "staff_inactive",
        RoleLost = "role_lost",
        MfaLost = "mfa_lost",
        TrainingLost = "training_lost",
        GuidelinesLost = "guidelines_lost",
        DutiesOverdue = "duties_overdue",
        CustomerInactive = "customer_inactive",
        ContactGone = "contact_gone",
        /// The person set password or codes anew: whoever had them is out.
        Recovered = "recovered",
        SelfGrantOff = "self_grant_off",
        /// What the decision needs was not there.
        ConditionLost = "condition_lost",
        GroundOver = "ground_over",
        Restart = "restart",
    }
}

impl EndedHow {
    /// By what a staff member lost.
    pub const fn lost(lack: Lack) -> Self {
        match lack {
            Lack::Role => Self::RoleLost,
            Lack::Mfa => Self::MfaLost,
            Lack::Training => Self::TrainingLost,
            Lack::Guidelines => Self::GuidelinesLost,
            Lack::Duties => Self::DutiesOverdue,
        }
    }

    /// By the closing of its ticket (rules B12, B14).
    pub const fn closed(how: ClosedHow) -> Self {
        match how {
            ClosedHow::Customer => Self::ClosedByCustomer,
            ClosedHow::Staff => Self::ClosedByStaff,
            ClosedHow::Silence => Self::ClosedBySilence,
            ClosedHow::Merged => Self::Merged,
        }
    }

    /// Whether the closing of the ticket ended it; who closed it stands in the ticket.
    pub const fn by_closing(self) -> bool {
        matches!(self, Self::ClosedByCustomer | Self::ClosedByStaff | Self::ClosedBySilence | Self::Merged)
    }

    /// Whether nobody did it: time went by.
    pub const fn by_time(self) -> bool {
        matches!(
            self,
            Self::Expired | Self::HourUp | Self::Idle | Self::ClosedBySilence | Self::Locked | Self::Restart
        )
    }

    /// What is told of it, without the full stop.
    pub const fn told(self, language: Language) -> &'static str {
        let (german, english) = self.words();
        match language {
            Language::German => german,
            Language::English => english,
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Customer => ("Vom Kunden beendet", "Ended by the customer"),
            Self::Staff => ("Vom Support beendet", "Ended by support"),
            Self::Lead => ("Von der Leitung beendet", "Ended by a lead"),
            Self::KillSwitch => {
                ("Von der Leitung mit dem Notschalter beendet", "Ended by a lead with the kill switch")
            }
            Self::Expired => ("Zeit abgelaufen", "The time was up"),
            Self::HourUp => ("Stunde abgelaufen", "The hour was up"),
            Self::Idle => ("15 Minuten lang nichts geöffnet", "Nothing was opened for 15 minutes"),
            Self::SignedOut => ("Der Support hat sich abgemeldet", "Support signed out"),
            Self::ClosedByCustomer => ("Anfrage vom Kunden geschlossen", "The customer closed the request"),
            Self::ClosedByStaff => ("Anfrage vom Support geschlossen", "Support closed the request"),
            Self::ClosedBySilence => (
                "Anfrage nach 14 Tagen ohne Antwort geschlossen",
                "The request closed after 14 days without an answer",
            ),
            Self::Merged => {
                ("Anfrage mit einer anderen zusammengeführt", "The request was merged into another one")
            }
            Self::Reopened => ("Anfrage zwischendurch geschlossen", "The request was closed in between"),
            Self::Locked => ("Anfrage nach 30 Tagen gesperrt", "The request was locked after 30 days"),
            Self::HandedOver => {
                ("Anfrage an jemand anderen übergeben", "The request was handed to somebody else")
            }
            Self::TakenOver => {
                ("Anfrage von jemand anderem übernommen", "Somebody else took the request over")
            }
            Self::Released => ("Anfrage vom Support abgegeben", "Support released the request"),
            Self::CustomerWord => ("Wartet auf ein Wort des Kunden", "Waiting for the customer’s word"),
            Self::StaffInactive => (
                "Zugang dieser Person zum Support deaktiviert",
                "This person’s staff account was deactivated",
            ),
            Self::RoleLost => {
                ("Diese Person hat die Rolle dafür nicht mehr", "This person no longer has the role for it")
            }
            Self::MfaLost => {
                ("Zweiter Faktor dieser Person entfernt", "This person’s second factor was removed")
            }
            Self::TrainingLost => {
                ("Schulung dieser Person nicht mehr gültig", "This person’s training is no longer valid")
            }
            Self::GuidelinesLost => (
                "Richtlinien von dieser Person nicht mehr bestätigt",
                "This person’s consent to the guidelines is no longer valid",
            ),
            Self::DutiesOverdue => {
                ("Eine Löschbestätigung ist überfällig", "A confirmation of deletion is overdue")
            }
            Self::CustomerInactive => ("Kundenkonto deaktiviert", "The customer’s account was deactivated"),
            Self::ContactGone => (
                "Kontakt entfernt oder nicht mehr berechtigt",
                "The contact was removed or lost the right to it",
            ),
            Self::Recovered => (
                "Passwort oder Codes dieser Person neu eingerichtet",
                "This person’s password or codes were reset",
            ),
            Self::SelfGrantOff => {
                ("Selbst geöffneter Zugang abgeschaltet", "Access opened by staff alone was switched off")
            }
            Self::ConditionLost => ("Eine Voraussetzung fehlt", "A condition was missing"),
            Self::GroundOver => ("Mit dem Zugang beendet", "Ended with the access"),
            Self::Restart => ("Durch einen Neustart des Servers beendet", "Ended by a restart of the server"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Each end has words of its own in both languages: nobody reads one for another.
    #[test]
    fn no_two_ends_read_the_same() {
        for language in [Language::German, Language::English] {
            let told: HashSet<_> = EndedHow::ALL.iter().map(|how| how.told(language)).collect();
            assert_eq!(told.len(), EndedHow::ALL.len(), "{told:?}");
            assert!(told.iter().all(|text| !text.is_empty() && !text.ends_with('.')));
        }
    }
}
