//! Loading the facts of the decision, and renewing them when a change touches them.

use std::sync::Arc;

use futures_util::future::join_all;
use pforte_core::{
    access::{
        ContactFacts, CustomerFacts, EndedHow, Facts, Grant, Ground, HeldGround, Onboarding, PinGround,
        SelfGrant, StaffFacts, Takeover, Terms, VisitFacts,
    },
    entry::Actor,
    kernel::{Language, Moment, ProviderId},
};
use pforte_store::{
    Conn, StoreError,
    contact::{self, Contact},
    customer::{self, Customer},
    ground::{self, GroundRecord},
    staff::{self, Staff},
    ticket,
    visit::VisitRecord,
};

use super::{Door, Doors, EndAsk, Shown, Touched, lock};
use crate::cx::App;

/// A staff member as the decision sees them (rule T21). Staff cannot sign in without a second factor.
pub fn staff_facts(staff: &Staff) -> StaffFacts {
    StaffFacts {
        id: staff.id,
        active: staff.active,
        roles: staff.roles.clone(),
        mfa: !staff.totp_sealed.is_empty(),
        trainings_done: staff.training_done_at.is_some(),
        guidelines_accepted: staff.guidelines_accepted_at.is_some(),
        overdue_duties: 0,
    }
}

fn contact_facts(contact: &Contact) -> ContactFacts {
    ContactFacts { id: contact.id, active: contact.active, rights: contact.rights }
}

/// A ground as the decision sees it: its terms with the state of whom and what they name; `None` when that is
/// no longer there.
pub async fn held(conn: &mut Conn, record: &GroundRecord) -> Result<Option<HeldGround>, StoreError> {
    let ended = record.ended.map(|ending| (ending.at, ending.how));
    let contact = contact::by_id(conn, record.provider, record.terms.contact()).await?;
    let Some(contact) = contact.as_ref().map(contact_facts) else { return Ok(None) };
    let (opened_at, ends_at) = (record.opened_at, record.ends_at);
    let ground = match record.terms.clone() {
        Terms::Pin { staff, issued_at, .. } => {
            Ground::Pin(PinGround { staff, contact, issued_at, redeemed_at: opened_at, ended })
        }
        Terms::Takeover { staff, ticket, .. } => {
            let Some(ticket) = ticket::by_id(conn, record.provider, ticket).await? else { return Ok(None) };
            let ticket = ticket.life.facts(contact);
            Ground::Takeover(Takeover { staff, taken_over_at: opened_at, ticket, ended })
        }
        Terms::Grant { by, staff, products, areas } => Ground::Grant(Grant {
            granted_by: by,
            granted_at: opened_at,
            ends_at,
            staff,
            products,
            areas,
            ended,
        }),
        Terms::Onboarding { manager, .. } => {
            Ground::Onboarding(Onboarding { manager, contact, began_at: opened_at, ends_at, ended })
        }
        Terms::SelfGrant { staff, .. } => {
            Ground::SelfGrant(SelfGrant { staff, contact, opened_at, ends_at, ended })
        }
    };
    Ok(Some(HeldGround { id: record.id, customer: record.customer, ground }))
}

/// Loads what one staff member's access to one customer depends on.
pub async fn load_facts(
    app: &App,
    conn: &mut Conn,
    staff: &Staff,
    customer: &Customer,
    grounds: &[GroundRecord],
) -> Result<Facts, StoreError> {
    let mut held_grounds = Vec::with_capacity(grounds.len());
    for record in grounds {
        held_grounds.extend(held(conn, record).await?);
    }
    Ok(Facts {
        staff: staff_facts(staff),
        customer: CustomerFacts { id: customer.id, active: customer.active, self_grant_opted_out: false },
        policy: app.policy(customer.provider),
        grounds: held_grounds,
        consents: vec![],
        visit: None,
        log_writable: true,
    })
}

/// Loads the facts of a visit. Something missing is a lost condition, told as `None`.
pub(super) async fn visit_facts(
    app: &App,
    conn: &mut Conn,
    visit: &VisitRecord,
    last_active_at: Moment,
) -> Result<Option<Facts>, StoreError> {
    let provider: ProviderId = visit.provider;
    let staff = staff::by_id(conn, provider, visit.staff).await?;
    let customer = customer::by_id(conn, provider, visit.customer).await?;
    let contact = contact::by_id(conn, provider, visit.contact).await?;
    let ground = ground::by_id(conn, provider, visit.ground).await?;
    let (Some(staff), Some(customer), Some(contact), Some(ground)) = (staff, customer, contact, ground)
    else {
        return Ok(None);
    };
    let mut facts = load_facts(app, conn, &staff, &customer, &[ground]).await?;
    facts.visit = Some(VisitFacts {
        id: visit.id,
        staff: visit.staff,
        customer: visit.customer,
        product: visit.product.clone(),
        acting_as: contact_facts(&contact),
        ground: visit.ground,
        started_at: visit.started_at,
        last_active_at,
        ended: visit.ended.map(|ending| ending.how),
    });
    Ok(Some(facts))
}

/// What the bar and the token say; `None` when the contact has no user in the product.
pub(super) async fn shown(conn: &mut Conn, visit: &VisitRecord) -> Result<Option<Shown>, StoreError> {
    let provider = visit.provider;
    let staff = staff::by_id(conn, provider, visit.staff).await?;
    let customer = customer::by_id(conn, provider, visit.customer).await?;
    let contact = contact::by_id(conn, provider, visit.contact).await?;
    let user = contact::user_in(conn, provider, visit.contact, &visit.product).await?;
    let ground = ground::by_id(conn, provider, visit.ground).await?;
    let (Some(staff), Some(customer), Some(contact), Some(user), Some(ground)) =
        (staff, customer, contact, user, ground)
    else {
        return Ok(None);
    };
    let language = Language::from_word(&staff.language).unwrap_or(Language::English);
    Ok(Some(Shown {
        language,
        user,
        staff_username: staff.username.clone(),
        staff_name: staff.name(),
        acting_as: contact.name(),
        customer_number: customer.number,
        customer_name: customer.name,
        occasion: super::occasion(conn, &ground, language).await?,
        ticket: ground.terms.ticket(),
    }))
}

impl Door {
    pub(super) fn touched_by(&self, touched: Touched) -> bool {
        match touched {
            Touched::Staff(id) => self.visit.staff == id,
            Touched::Customer(id) => self.visit.customer == id,
            Touched::Ground(id) => self.visit.ground == id,
            Touched::Ticket(id) => self.shown.ticket == Some(id),
        }
    }

    /// Takes renewed facts over. Open streams end when anything changed: they were let in under the
    /// old facts and are asked again.
    fn renew(&self, mut facts: Facts) {
        let mut state = lock(&self.state);
        if let (Some(new), Some(old)) = (&mut facts.visit, &state.facts.visit) {
            new.last_active_at = old.last_active_at;
            new.ended = new.ended.or(old.ended);
        }
        facts.log_writable = state.facts.log_writable;
        if state.facts != facts {
            state.facts = facts;
            drop(state);
            self.leash.cut();
        }
    }
}

impl App {
    /// Renews the facts of every door that a committed change touches, before the change is answered.
    /// A door whose facts cannot be read shuts.
    pub async fn renew(&self, touched: &[Touched]) {
        let doors =
            self.door.pick(|door| door.over().is_none() && touched.iter().any(|t| door.touched_by(*t)));
        join_all(doors.iter().map(|door| self.renew_or_end(door))).await;
    }

    async fn renew_or_end(&self, door: &Arc<Door>) {
        let lost = match self.renew_door(door).await {
            Ok(found) => !found,
            Err(error) => {
                tracing::error!(%error, visit = %door.visit.id, "facts cannot be read: the door shuts");
                true
            }
        };
        if lost {
            let ask = EndAsk { how: EndedHow::ConditionLost, actor: Actor::System };
            self.end_visit(&door.visit, ask).await;
        }
    }

    /// Reads a door's facts anew, one renewal at a time, so that older facts never replace newer ones.
    /// Answers whether they are all there.
    async fn renew_door(&self, door: &Arc<Door>) -> Result<bool, StoreError> {
        let _turn = door.renewing.lock().await;
        let mut conn = self.db.read().await?;
        let facts = visit_facts(self, &mut conn, &door.visit, door.visit.started_at).await?;
        let found = facts.is_some();
        if let Some(facts) = facts {
            door.renew(facts);
        }
        Ok(found)
    }
}

impl Doors {
    /// Tells every door whether the log can be written; when it cannot, open streams end (rule W2).
    pub(super) fn set_log_writable(&self, writable: bool) {
        for door in self.pick(|_| true) {
            let mut state = lock(&door.state);
            let changed = state.facts.log_writable != writable;
            state.facts.log_writable = writable;
            drop(state);
            if changed && !writable {
                door.leash.cut();
            }
        }
    }
}
