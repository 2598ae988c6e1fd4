//! The week that the demo's people have behind them: tickets in every state, visits with different ends,
//! mails that wait, an alarm.
//!
//! Nothing is written into tables here. The people do it through the API and the gateway's own door, at a
//! server whose clock stands where the story is, so everything in the demo came about as it would in use.
//! The story is the same each time; only its dates follow today. Start reading at [`live`], then `earlier.rs`.

mod clock;
mod earlier;
mod letter;
mod person;
mod teller;
mod today;

use std::sync::Arc;

use pforte_core::kernel::Moment;

use crate::{
    Failure,
    config::Config,
    serve::{self, Mode},
    sources,
};

use clock::StoryClock;
use teller::Teller;

/// Lets the sample people live through their week, on a database that has nobody yet.
pub async fn live(config: &Config) -> Result<(), Failure> {
    let now = sources::clock(true).now();
    let clock = Arc::new(StoryClock::at(teller::begins(now)));
    let (app, lock) = serve::application_at(config, Mode { demo: true }, clock.clone()).await?;
    let told = tell(&app, &clock, now).await;
    app.stop().await;
    drop(lock);
    told
}

async fn tell(app: &pforte_server::Shared, clock: &Arc<StoryClock>, now: Moment) -> Result<(), Failure> {
    if !super::people::seed(app).await? {
        return Ok(());
    }
    let mut teller = Teller::new(app, clock, now).await?;
    earlier::last_month(&mut teller).await?;
    earlier::last_week(&mut teller).await?;
    today::since_yesterday(&mut teller).await?;
    teller.ends().await
}
