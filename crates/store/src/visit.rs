//! Visits: access sessions of one staff member inside one customer's product.

use pforte_core::{
    access::{EndedHow, VISIT_SPAN},
    kernel::{ContactId, CustomerId, EntryId, GroundId, Moment, ProviderId, SignInId, StaffId, VisitId},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Conn, StoreError, Tx,
    conn::{all, one, run},
    ending::Ending,
};

/// A visit's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRecord {
    pub id: VisitId,
    pub provider: ProviderId,
    pub ground: GroundId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub staff: StaffId,
    /// The sign-in it was opened from; it ends with it.
    pub sign_in: SignInId,
    pub product: String,
    /// Names the visit's origin; random.
    pub label: String,
    pub link_hash: Option<String>,
    pub link_until: Option<Moment>,
    pub cookie_hash: Option<String>,
    pub entry: EntryId,
    pub started_at: Moment,
    pub ends_at: Moment,
    pub ended: Option<Ending>,
}

impl VisitRecord {
    /// How and when it ends were nobody to end it: by its hour (rule T24), or before by its ground's time.
    pub fn runs_out(&self) -> (EndedHow, Moment) {
        let hour_up = self.started_at + VISIT_SPAN;
        (if self.ends_at < hour_up { EndedHow::Expired } else { EndedHow::HourUp }, self.ends_at)
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    provider_id: Uuid,
    ground_id: Uuid,
    customer_id: Uuid,
    contact_id: Uuid,
    staff_id: Uuid,
    sign_in_id: Uuid,
    product: String,
    label: String,
    link_hash: Option<String>,
    link_until: Option<i64>,
    cookie_hash: Option<String>,
    entry_id: Uuid,
    started_at: i64,
    ends_at: i64,
    ended_at: Option<i64>,
    ended_how: Option<String>,
    ended_by_staff: Option<Uuid>,
    ended_by_contact: Option<Uuid>,
    cut_millis: Option<i64>,
}

impl From<Row> for VisitRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider_id.into(),
            ground: row.ground_id.into(),
            customer: row.customer_id.into(),
            contact: row.contact_id.into(),
            staff: row.staff_id.into(),
            sign_in: row.sign_in_id.into(),
            product: row.product,
            label: row.label,
            link_hash: row.link_hash,
            link_until: row.link_until.map(Moment),
            cookie_hash: row.cookie_hash,
            entry: row.entry_id.into(),
            started_at: Moment(row.started_at),
            ends_at: Moment(row.ends_at),
            ended: Ending::read(
                row.ended_at,
                row.ended_how.as_deref(),
                (row.ended_by_staff, row.ended_by_contact),
                row.cut_millis,
            ),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_id, ground_id, customer_id, contact_id, staff_id, sign_in_id, product, label, \
             link_hash, link_until, cookie_hash, entry_id, started_at, ends_at, ended_at, ended_how, \
             ended_by_staff, ended_by_contact, cut_millis FROM visit ",
            $rest
        )
    };
}

pub async fn insert(tx: &mut Tx, visit: &VisitRecord) -> Result<(), StoreError> {
    run!(
        tx.conn(),
        "INSERT INTO visit (id, provider_id, ground_id, customer_id, contact_id, staff_id, sign_in_id, product, \
         label, link_hash, link_until, entry_id, started_at, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        visit.id.0,
        visit.provider.0,
        visit.ground.0,
        visit.customer.0,
        visit.contact.0,
        visit.staff.0,
        visit.sign_in.0,
        &visit.product,
        &visit.label,
        visit.link_hash.as_deref(),
        visit.link_until.map(|m| m.0),
        visit.entry.0,
        visit.started_at.0,
        visit.ends_at.0
    )
    .map(drop)
}

pub async fn by_id(
    conn: &mut Conn,
    provider: ProviderId,
    id: VisitId,
) -> Result<Option<VisitRecord>, StoreError> {
    let row = one!(conn, Row, select!("WHERE provider_id = $1 AND id = $2"), provider.0, id.0)?;
    Ok(row.map(VisitRecord::from))
}

/// A ground's visits, newest first.
pub async fn of_ground(
    conn: &mut Conn,
    provider: ProviderId,
    ground: GroundId,
    limit: i64,
) -> Result<Vec<VisitRecord>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND ground_id = $2 ORDER BY id DESC LIMIT $3");
    Ok(all!(conn, Row, sql, provider.0, ground.0, limit)?.into_iter().map(VisitRecord::from).collect())
}

/// A customer's visits, newest first.
pub async fn of_customer(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<VisitRecord>, StoreError> {
    let sql = select!("WHERE provider_id = $1 AND customer_id = $2 ORDER BY id DESC LIMIT $3");
    Ok(all!(conn, Row, sql, provider.0, customer.0, limit)?.into_iter().map(VisitRecord::from).collect())
}

/// Every visit that was never ended, of all providers, for a server that starts. At most 100,000.
pub async fn unended(conn: &mut Conn) -> Result<Vec<VisitRecord>, StoreError> {
    let sql = select!("WHERE ended_at IS NULL ORDER BY id LIMIT 100000");
    Ok(all!(conn, Row, sql)?.into_iter().map(VisitRecord::from).collect())
}

/// Exchanges the opening link for the cookie; `false` when the link was used before.
pub async fn enter(
    tx: &mut Tx,
    provider: ProviderId,
    id: VisitId,
    cookie_hash: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE visit SET link_hash = NULL, link_until = NULL, cookie_hash = $3 \
               WHERE provider_id = $1 AND id = $2 AND link_hash IS NOT NULL AND ended_at IS NULL";
    Ok(run!(tx.conn(), sql, provider.0, id.0, cookie_hash)? == 1)
}

/// Ends a visit; `false` when it had ended already.
pub async fn end(tx: &mut Tx, provider: ProviderId, id: VisitId, ending: Ending) -> Result<bool, StoreError> {
    let (staff, contact) = ending.who();
    let sql = "UPDATE visit SET ended_at = $3, ended_how = $4, cut_millis = $5, ended_by_staff = $6, \
               ended_by_contact = $7 \
               WHERE provider_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(
        tx.conn(),
        sql,
        provider.0,
        id.0,
        ending.at.0,
        ending.how.word(),
        ending.cut_millis,
        staff,
        contact
    )? == 1)
}

/// Ends every visit of a ground that is still open.
pub async fn end_of_ground(
    tx: &mut Tx,
    provider: ProviderId,
    ground: GroundId,
    ending: Ending,
) -> Result<u64, StoreError> {
    let (staff, contact) = ending.who();
    let sql = "UPDATE visit SET ended_at = $3, ended_how = $4, cut_millis = $5, ended_by_staff = $6, \
               ended_by_contact = $7 \
               WHERE provider_id = $1 AND ground_id = $2 AND ended_at IS NULL";
    run!(
        tx.conn(),
        sql,
        provider.0,
        ground.0,
        ending.at.0,
        ending.how.word(),
        ending.cut_millis,
        staff,
        contact
    )
}
