//! After the commit: doors that the change touches, and everybody's pages.

use crate::{
    cx::{App, Audience, News, Step, Topic},
    door::Touched,
};
use pforte_core::{entry::Actor, kernel::Moment};
use pforte_store::ticket::TicketRecord;

/// Renews the doors opened on a ticket, ends the visits that are over by it, and tells the pages. To be
/// called after every committed change of a ticket, before it is answered (rule B12).
pub async fn settle(app: &App, record: &TicketRecord) {
    let touched = [Touched::Ticket(record.id())];
    app.renew(&touched).await;
    app.end_touched(&touched, Actor::System).await;
    tell(app, record);
}

/// Tells the pages of both sides. Of access only if it changed: a message concerns one ticket and nothing else.
pub fn tell(app: &App, record: &TicketRecord) {
    let audience = [Audience::Customer(record.life.customer), Audience::Desk];
    let life = &record.life;
    let until = life.until(app.support(record.provider).ticket_age);
    let closed = life.closed.map(|(at, _)| at);
    let access = (life.assigned_to, life.assigned_at, closed, life.customer_stands_behind(), until);
    let all = [Topic::Tickets, Topic::Ticket, Topic::Door, Topic::Grounds, Topic::Visits];
    let topics = if app.hub.access_changed(record.id(), &access) { &all[..] } else { &all[..2] };
    let mut news = News::new(record.provider, &audience, topics);
    news.ticket = Some(record.id());
    app.hub.publish(news);
}

/// Until when a takeover of this ticket is open, as lists show it: not at all while the customer does not
/// stand behind it (rules B10, B13). The decision computes it afresh.
pub fn shown_end(step: &Step, record: &TicketRecord) -> Moment {
    if record.life.customer_stands_behind() { record.life.until(step.age) } else { step.now }
}
