//! What the decision looks at: who asks, at which customer, and what the customer opened.
//!
//! Plain values that the caller loads in one go. Must never hold a name, an address or a text of the
//! customer's: the decision needs none.

use super::{
    ended::EndedHow,
    ground::{Ground, HeldGround},
};
use crate::{
    catalogue::{Action, DataClass},
    kernel::{
        ConsentId, ContactId, ContactRights, CustomerId, GroundId, Moment, StaffId, StaffRole, VisitId, words,
    },
};

/// Everything that one staff member's access to one customer depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub staff: StaffFacts,
    pub customer: CustomerFacts,
    pub policy: Policy,
    /// In any order; the decision does not depend on it.
    pub grounds: Vec<HeldGround>,
    pub consents: Vec<Consent>,
    /// The visit that a request belongs to; `None` when the ask is about none.
    pub visit: Option<VisitFacts>,
    /// Whether the log can be written. When it cannot, every door is shut (rule W2).
    pub log_writable: bool,
}

/// The staff member who asks (rule T21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFacts {
    pub id: StaffId,
    pub active: bool,
    pub roles: Vec<StaffRole>,
    pub mfa: bool,
    /// All trainings, not some.
    pub trainings_done: bool,
    /// The current version of the guidelines.
    pub guidelines_accepted: bool,
    /// Attestations of deleted files that are overdue (rules T11, T20).
    pub overdue_duties: u32,
}

words! {
    /// What a staff member lacks to enter at all (rules T11, T20, T21).
    Lack {
        Role = "role",
        Mfa = "mfa",
        Training = "training",
        Guidelines = "guidelines",
        Duties = "duties",
    }
}

impl StaffFacts {
    /// What must hold for as long as a visit runs; the first thing missing.
    pub fn lack(&self) -> Option<Lack> {
        if !self.roles.iter().any(|r| matches!(r, StaffRole::Agent | StaffRole::OnboardingManager)) {
            Some(Lack::Role)
        } else if !self.mfa {
            Some(Lack::Mfa)
        } else if !self.trainings_done {
            Some(Lack::Training)
        } else if !self.guidelines_accepted {
            Some(Lack::Guidelines)
        } else {
            None
        }
    }

    /// What makes them nobody who serves: then all that they hold ends for good, also what sleeps with a
    /// closed ticket. A training or guidelines can be made up for; until then the door is only shut.
    pub fn gone(&self) -> Option<EndedHow> {
        if !self.active {
            return Some(EndedHow::StaffInactive);
        }
        self.lack().filter(|lack| matches!(lack, Lack::Role | Lack::Mfa)).map(EndedHow::lost)
    }

    /// What must hold at a start: overdue duties block the next access, not the running one.
    pub fn lack_at_start(&self) -> Option<Lack> {
        self.lack().or((self.overdue_duties > 0).then_some(Lack::Duties))
    }

    /// Everything missing, for the staff member's own page.
    pub fn lacks(&self) -> Vec<Lack> {
        let role = self.roles.iter().any(|r| matches!(r, StaffRole::Agent | StaffRole::OnboardingManager));
        [
            (!role, Lack::Role),
            (!self.mfa, Lack::Mfa),
            (!self.trainings_done, Lack::Training),
            (!self.guidelines_accepted, Lack::Guidelines),
            (self.overdue_duties > 0, Lack::Duties),
        ]
        .into_iter()
        .filter_map(|(missing, lack)| missing.then_some(lack))
        .collect()
    }
}

/// The customer concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFacts {
    pub id: CustomerId,
    pub active: bool,
    /// The customer switched self-grants off for good (rule T3).
    pub self_grant_opted_out: bool,
}

/// A contact, as far as the decision must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactFacts {
    pub id: ContactId,
    pub active: bool,
    pub rights: ContactRights,
}

/// The provider's choices; the default is always the stricter one (rule X4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub self_grant: SelfGrantPolicy,
    /// What a grant, onboarding or self-grant opens without further consent (rule T8).
    pub areas: Vec<String>,
    pub ticket_age: TicketAge,
}

impl Policy {
    /// Rule T8: settings with templates and documents, users' rights and access, notifications.
    pub const DEFAULT_AREAS: [&'static str; 7] =
        ["settings", "templates", "documents", "users", "rights", "access", "notifications"];
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            self_grant: SelfGrantPolicy::Off,
            areas: Self::DEFAULT_AREAS.map(str::to_owned).to_vec(),
            ticket_age: TicketAge::Created,
        }
    }
}

words! {
    /// Whether staff may open access alone (rule T3).
    SelfGrantPolicy { Off = "off", On = "on" }
}

words! {
    /// From when a ticket's 30 days count (rules B15, B16).
    TicketAge { Created = "created", Activity = "activity" }
}

/// An explicit written permission that was given (rule T9). Asked-for ones are no facts (rule X6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub id: ConsentId,
    pub customer: CustomerId,
    pub to: ConsentTo,
    pub given_by: ContactId,
    pub given_at: Moment,
    pub ends_at: Moment,
    /// Set once it was taken back; then it never counts again.
    pub ended_at: Option<Moment>,
    /// Counts only under this ground; `None` = under each of the customer's.
    pub ground: Option<GroundId>,
}

/// The one kind of thing a consent permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentTo {
    /// Import, change, download or test (rule T9). Any other action permits nothing.
    Action(Action),
    /// Seeing people's personal data unmasked (rule X2).
    PersonalData,
    /// An area beyond the allow-list (rule T8).
    Area(String),
    /// Acting as a user other than the ground's (rule X2).
    ActAs(ContactId),
}

/// A visit, as it was started. It is bound to its ground (rule X1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitFacts {
    pub id: VisitId,
    pub staff: StaffId,
    pub customer: CustomerId,
    pub product: String,
    pub acting_as: ContactFacts,
    pub ground: GroundId,
    pub started_at: Moment,
    /// The last admitted request, or the start.
    pub last_active_at: Moment,
    /// Set once it is over; then it never opens again.
    pub ended: Option<EndedHow>,
}

/// What is asked of the decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask<'a> {
    /// May a visit start now?
    Start(Start<'a>),
    /// May this request of the running visit ([`Facts::visit`]) pass?
    Request(Request<'a>),
    /// What would become of this request in a visit that started now? Opens nothing.
    Preview { request: Request<'a>, acting_as: Option<ContactFacts>, ground: Option<GroundId> },
    /// Could this staff member start a visit to the product now, as the ground's own user? Opens
    /// nothing; reason and link are asked for later.
    List { product: &'a str },
}

/// A visit about to start (rules T4, T14, T24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start<'a> {
    /// The ground to use; `None` lets the decision choose the best.
    pub ground: Option<GroundId>,
    pub product: &'a str,
    /// Whose user the visit acts as; `None` = the ground's own contact. A grant has none: name one.
    pub acting_as: Option<ContactFacts>,
    /// Whether a valid reason (category and text) is there.
    pub reason: bool,
    /// Whether the link to the communication with the customer is there.
    pub link: bool,
}

/// One classified request to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub product: &'a str,
    pub area: &'a str,
    pub action: Action,
    pub class: DataClass,
    /// Whether the route names what may pass when masked.
    pub has_pass_list: bool,
}

impl Facts {
    /// The ground with this id, if it was loaded.
    pub fn ground(&self, id: GroundId) -> Option<&Ground> {
        self.grounds.iter().find(|held| held.id == id).map(|held| &held.ground)
    }
}
