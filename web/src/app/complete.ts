// Each word that an answer of the server may hold has words on the pages: one without them does not pass the type
// check. The lists come from the API's document (`npm run api`), German and English have the same keys.

import type { leadWords } from "../desk/leads/words";
import type { panelWords } from "../desk/panelWords";
import type { whyWords } from "../desk/quarantine/words";
import type { contactsWords } from "../portal/contacts/words";
import type { components } from "../shared/api/schema";
import type { settingsWords } from "../shared/settings/words";
import type { ticketWords } from "../shared/ticket/words";
import type { visitWords } from "../shared/visit/words";
import type { Dictionary } from "../shared/words/dictionary";

type Words = components["schemas"];

/** A dictionary with a text for each of the server's words, below `Prefix`. */
type Tells<
	_Texts extends Dictionary<Record<`${Prefix}${Word}`, string>>,
	Prefix extends string,
	Word extends string,
> = Prefix;

export type Complete = [
	Tells<typeof visitWords, "cat_", Words["ReasonWord"]>,
	Tells<typeof visitWords, "channel_", Words["ChannelWord"]>,
	Tells<typeof visitWords, "out_", Words["OutcomeWord"]>,
	Tells<typeof ticketWords, "state_", Words["TicketStateWord"]>,
	Tells<typeof leadWords, "lack_", Words["LackWord"]>,
	Tells<typeof leadWords, "role_", Words["StaffRoleWord"]>,
	Tells<typeof panelWords, "role_", Words["ContactRoleWord"]>,
	Tells<typeof contactsWords, "role_", Words["ContactRoleWord"]>,
	Tells<typeof contactsWords, "warning_", Words["WarningWord"]>,
	Tells<typeof settingsWords, "strength_", Words["StrengthWord"]>,
	Tells<typeof whyWords, "", Words["SenderWord"]>,
];
