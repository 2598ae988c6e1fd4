import { words } from "../words/dictionary";

export const pinWords = words(
	{
		support: "Support",
		title: "Support",
		lead: "Ihre PIN",
		warning: "Nennen Sie diese PIN nur, wenn Sie selbst angerufen haben.",
		good: (left: string, until: string) => `Gilt noch ${left} (bis ${until})`,
		over: "Diese PIN ist abgelaufen. Eine neue wird geholt …",
		once: "Sie öffnet einer einzigen Person den Blick in Ihre Produkte, einmal und bis zum Ablauf der PIN. Sie sehen ihren Namen sofort und können jederzeit beenden.",
		renew: "Neue PIN",
		renewed: "Neue PIN. Die alte gilt nicht mehr.",
		notAuthorised: "Sie können keine PIN zeigen: Ihnen fehlt das Recht, Support anzufragen.",
		authorised: "Berechtigt sind:",
		nobody: "Noch niemand. Bitte wenden Sie sich an Inhaber oder Admins Ihres Kontos.",
		closed:
			"Nach zu vielen Fehlversuchen ist der Weg über die PIN geschlossen. Melden Sie sich ab und neu an, dann öffnet er sich wieder.",
		aria: (digits: string) => `PIN ${digits}`,
		role_owner: "Inhaber",
		role_admin: "Admin",
		role_member: "Mitglied",
	},
	{
		support: "Support",
		title: "Support",
		lead: "Your PIN",
		warning: "Read this PIN out only if you made the call.",
		good: (left: string, until: string) => `Good for another ${left} (until ${until})`,
		over: "This PIN has run out. Fetching a new one …",
		once: "It lets one single person look into your products, once and until the PIN runs out. You see their name at once and can end it at any time.",
		renew: "New PIN",
		renewed: "New PIN. The old one is no longer good.",
		notAuthorised: "You cannot show a PIN: you lack the right to ask for support.",
		authorised: "Authorised are:",
		nobody: "Nobody yet. Please ask the owner or the admins of your account.",
		closed:
			"After too many wrong attempts the PIN way is closed. Sign out and in again and it opens.",
		aria: (digits: string) => `PIN ${digits}`,
		role_owner: "Owner",
		role_admin: "Admin",
		role_member: "Member",
	},
);
