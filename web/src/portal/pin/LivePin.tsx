// The PIN while the sheet is open, and what takes its place: whoever used it, with name and words. A new PIN
// never appears by itself over that: it would be read out to somebody who is in already.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { serverNow } from "../../shared/api/clock";
import { keys } from "../../shared/api/keys";
import { codeOf } from "../../shared/api/problem";
import type { Ground, Me, PinView } from "../../shared/api/types";
import { useDoor } from "../../shared/door/queries";
import { Broken, Loading, Refused } from "../../shared/frame/states";
import { useWords } from "../../shared/words/language";
import { Entered } from "./Entered";
import { Pin } from "./Pin";
import classes from "./pin.module.css";
import { pinWords } from "./words";

interface LivePinProps {
	me: Me;
	/** In the place of the PIN for whoever has to confirm their password first. */
	confirm: ReactNode;
	notAuthorised: ReactNode;
}

/** Shown only while the sheet is open: asking is what issues a PIN. */
export function LivePin({ me, confirm, notAuthorised }: LivePinProps) {
	const t = useWords(pinWords);
	const client = useQueryClient();
	const pin = useQuery({
		queryKey: keys.pin,
		queryFn: () => ask(api.POST("/pin")),
		staleTime: 0,
		// A PIN is forgotten with the sheet: the next time it may be another one.
		gcTime: 0,
	});
	const renew = useMutation({
		mutationFn: () => ask(api.POST("/pin/renew")),
		onSuccess: (next) => {
			client.setQueryData(keys.pin, next);
			show(next);
		},
	});
	const { shown, show } = useShown(pin.data);
	const { entered, forget } = useEntered(me, shown);
	useAgainAt(shown?.expires_at);
	const showNew = async () => {
		const { data } = await pin.refetch();
		if (!data) return;
		show(data);
		forget();
	};
	const another = (
		<Button variant="default" loading={pin.isFetching} onClick={() => void showNew()}>
			{t.showNew}
		</Button>
	);
	if (entered) return <Entered ground={entered} another={another} />;
	const code = codeOf(pin.error);
	if (pin.isPending) return <Loading lines={3} />;
	if (pin.isError) {
		if (code === "pin.needs_confirmation" || code === "sign_in.needs_confirmation") return confirm;
		if (code === "pin.not_authorised") return notAuthorised;
		if (code === "pin.closed") return <p className={classes.warning}>{t.closed}</p>;
		return <Broken error={pin.error} again={() => pin.refetch()} />;
	}
	const now = shown ?? pin.data;
	if (now.digits !== pin.data.digits) {
		return (
			<div className="stack">
				<p role="status">{t.gone}</p>
				<div>{another}</div>
			</div>
		);
	}
	return (
		<>
			<Pin pin={now} />
			<p className={classes.warning}>{t.warning}</p>
			<p className="soft">{t.once}</p>
			<div className="row">
				<Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
					{t.renew}
				</Button>
				<span role="status" className="soft small">
					{renew.isSuccess ? t.renewed : null}
				</span>
			</div>
			<Refused error={renew.error} />
		</>
	);
}

/** The PIN that was shown stays the one until its time is up (rule B9) or a new one is asked for. */
function useShown(fresh: PinView | undefined) {
	const [shown, show] = useState<PinView | null>(null);
	useEffect(() => {
		if (!fresh) return;
		show((before) => {
			const over = before === null || Date.parse(before.expires_at) <= serverNow();
			return over ? fresh : before;
		});
	}, [fresh]);
	return { shown, show };
}

/** Whoever came in with the PIN that is shown; stays when they have gone. */
function useEntered(me: Me, shown: PinView | null) {
	const door = useDoor();
	const [entered, setEntered] = useState<Ground | null>(null);
	const came = shown ? door.data?.grounds.find((ground) => cameBy(ground, me, shown)) : undefined;
	useEffect(() => {
		if (came) setEntered(came);
	}, [came]);
	return { entered: came ?? entered, forget: () => setEntered(null) };
}

/** An older PIN's ground was opened before this one was issued, at the latest in the same moment. */
function cameBy(ground: Ground, me: Me, shown: PinView): boolean {
	const ours = ground.kind === "pin" && ground.contact.id === me.id;
	return ours && Date.parse(ground.opened_at) > Date.parse(shown.issued_at);
}

/** Asks for the next PIN when this one runs out (rule B9). */
function useAgainAt(at: string | undefined): void {
	const client = useQueryClient();
	useEffect(() => {
		if (!at) return;
		const wait = Math.max(1000, Date.parse(at) - serverNow() + 300);
		const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.pin }), wait);
		return () => clearTimeout(timer);
	}, [client, at]);
}
