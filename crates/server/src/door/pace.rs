//! Slows down who asks one masked page again and again with parameters.
//!
//! A filter that may be there still tells, by what is found, what stands behind the mask: a surname in
//! some sixty questions. So questions are counted for each person, customer and route, whatever the
//! number of sessions: some are free, then they wait, then they are refused and the leads are told.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use pforte_core::{
    catalogue::{AskedBody, Classified},
    entry::{Actor, Clean, Event, Outcome},
    kernel::{AlarmId, CustomerId, Moment, Span, StaffId},
};
use pforte_gateway::{Ask, Shut, Why};
use pforte_store::{Change, StoreError, alarm};

use super::{
    Door,
    permit::{cannot_log, told},
};
use crate::cx::{App, Audience, News, Topic};

/// Questions that nobody notices.
const FREE: u32 = 20;
/// Questions after which no more are answered.
const MOST: u32 = 40;
/// For how long each question counts.
const EACH: Span = Span::seconds(15);
/// How long a question beyond the free ones waits.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two alarms about the same.
const QUIET: Span = Span::hours(1);
/// Counted at a time; beyond it, those that count no more are forgotten first.
const KEPT: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    staff: StaffId,
    customer: CustomerId,
    product: String,
    route: usize,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    /// When the last question will no longer count.
    until: Moment,
    alarmed_at: Option<Moment>,
}

/// What becomes of one more question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Free,
    Slow,
    Stop { alarm: bool },
}

/// All counts of this server.
#[derive(Debug, Default)]
pub(super) struct Questions(Mutex<HashMap<Key, Count>>);

impl Questions {
    fn ask(&self, key: Key, now: Moment) -> Pace {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT {
            counts.retain(|_, count| now < count.until);
        }
        let count = counts.entry(key).or_insert(Count { until: now, alarmed_at: None });
        let held = (count.until - now).0.max(0).unsigned_abs().div_ceil(EACH.0.unsigned_abs());
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        if held >= MOST {
            let alarm = count.alarmed_at.is_none_or(|at| now >= at + QUIET);
            if alarm {
                count.alarmed_at = Some(now);
            }
            return Pace::Stop { alarm };
        }
        count.until = count.until.max(now) + EACH;
        if held >= FREE { Pace::Slow } else { Pace::Free }
    }
}

impl App {
    /// Lets a question at a masked route pass, wait, or not pass at all.
    pub(super) async fn pace(
        &self,
        door: &Door,
        ask: &Ask<'_>,
        classified: &Classified<'_>,
        now: Moment,
    ) -> Result<(), Shut> {
        let Some(route) = classified.route.filter(|_| !ask.query.is_empty() || ask.body != AskedBody::None)
        else {
            return Ok(());
        };
        let (staff, customer) = (door.visit.staff, door.visit.customer);
        let key = Key { staff, customer, product: door.product.id.clone(), route };
        match self.door.questions.ask(key, now) {
            Pace::Free => Ok(()),
            Pace::Slow => {
                tokio::time::sleep(PAUSE).await;
                Ok(())
            }
            Pace::Stop { alarm } => {
                let entry =
                    self.request_entry(door, ask, classified, Outcome::Refused, "route.too_often", now);
                self.writer.admit(entry).await.map_err(|error| self.shut_at(door, cannot_log(&error)))?;
                tracing::warn!(visit = %door.visit.id, path = ask.path, "a masked page is asked too often");
                if alarm && let Err(error) = self.alarm_of_questions(door, now).await {
                    tracing::error!(%error, "an alarm could not be written");
                }
                self.tell_progress(door, now);
                Err(Shut {
                    bar: Some(Box::new(self.bar(door, now))),
                    told: Some(Box::new(told(door, ask, classified))),
                    ..self.shut_at(door, Why::TooOften)
                })
            }
        }
    }

    async fn alarm_of_questions(&self, door: &Door, now: Moment) -> Result<(), StoreError> {
        let provider = door.visit.provider;
        let alarm = alarm::Alarm {
            id: self.sources.id::<AlarmId>(now),
            provider,
            code: "visit.many_questions".into(),
            at: now,
            staff: Some(door.visit.staff),
            customer: Some(door.visit.customer),
            acknowledged_at: None,
            acknowledged_by: None,
        };
        let event = Event::AlarmRaised {
            alarm: alarm.id,
            code: Clean::name(&alarm.code),
            staff: Some(door.visit.staff),
        };
        let mut entry = self.visit_entry(door, event, now);
        entry.actor = Actor::System;
        self.writer
            .change(move |tx| {
                Box::pin(async move {
                    alarm::insert(tx, &alarm).await?;
                    Ok::<_, StoreError>(Change::logged((), entry))
                })
            })
            .await?;
        self.hub.publish(News::new(provider, &[Audience::Leads], &[Topic::Alarms]));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(route: usize) -> Key {
        let id = uuid::Uuid::from_u128(1);
        Key { staff: StaffId(id), customer: CustomerId(id), product: "panel".into(), route }
    }

    #[test]
    fn sixty_questions_are_not_answered_and_raise_one_alarm() {
        let (questions, now) = (Questions::default(), Moment(0));
        let paces: Vec<Pace> = (0..63).map(|_| questions.ask(key(1), now)).collect();
        assert!(paces[..20].iter().all(|pace| *pace == Pace::Free));
        assert!(paces[20..40].iter().all(|pace| *pace == Pace::Slow));
        assert_eq!(paces[40], Pace::Stop { alarm: true });
        assert!(paces[41..].iter().all(|pace| *pace == Pace::Stop { alarm: false }));
        assert_eq!(questions.ask(key(2), now), Pace::Free, "another page");
    }

    #[test]
    fn time_gives_questions_back_one_by_one() {
        let questions = Questions::default();
        for _ in 0..40 {
            questions.ask(key(1), Moment(0));
        }
        let later = Moment(0) + Span::seconds(16);
        assert_eq!(questions.ask(key(1), later), Pace::Slow);
        assert!(matches!(questions.ask(key(1), later), Pace::Stop { .. }));
        assert_eq!(questions.ask(key(1), Moment(0) + Span::minutes(20)), Pace::Free);
    }
}
