//! A product, and what it is to somebody at a customer.

use std::sync::Arc;

use pforte_core::{access::Decision, catalogue::Product};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cx::{App, Timestamp};

/// A product by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductRef {
    pub id: String,
    pub name: String,
}

impl ProductRef {
    pub fn new(product: &Arc<Product>) -> Self {
        Self { id: product.id.clone(), name: product.name.clone() }
    }

    pub fn by_id(app: &App, id: &str) -> Self {
        app.product(id).map_or_else(|| Self { id: id.into(), name: id.into() }, Self::new)
    }
}

/// What one product is to me at this customer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductDoorView {
    product: ProductRef,
    /// `open`, `needs` or `closed`.
    decision: &'static str,
    /// The decision's code.
    code: &'static str,
    ground_id: Option<Uuid>,
    until: Option<Timestamp>,
}

impl ProductDoorView {
    pub(crate) fn new(app: &App, product: &str, decision: Decision) -> Self {
        let opening = decision.opening();
        Self {
            product: ProductRef::by_id(app, product),
            decision: decision.word(),
            code: decision.code(),
            ground_id: opening.map(|o| o.ground.0),
            until: opening.map(|o| o.until.into()),
        }
    }
}
