--------------------------------- MODULE Once ----------------------------------
(* Exactly once: rules 9.1 to 9.7 of recipes/PROTOCOL.md. It stands on what Replication shows: there is one log, and
   the place of an attempt that was offered to a leader is taken by that attempt, or goes to another entry for good.
   So a leader does not occur here: an attempt is open, until it is applied in the one log or gone.

   Two writes of one gateway life, numbered 1 and 2, and two of a client that sends one key to two gateways. A client
   sends its key again within a day of the last copy that was applied. *)
EXTENDS Integers, FiniteSets

CONSTANTS
    Numbered,   \* writes whose ids a gateway made: the sequences
    Keyed,      \* writes that carry the one key
    Attempts,   \* how often a write may be offered
    MaxTime,    \* of the log
    LeftOut

VARIABLES
    now,        \* log time (9.6)
    state,      \* of each attempt of each write: unmade, open, gone, heard (gone, and the gateway knows), applied
    request,    \* notAfter and floor, the same in each attempt
    told,       \* what the client was told: waits, done, none, unknown
    outcomes,   \* ids whose outcome is known
    floor,      \* of the session
    keepUntil,  \* when the session and the key are forgotten; -1: there is none
    applied,    \* history: when a copy with the key was applied, not refused, last; -1 for never
    effects     \* history: the writes that took effect, and with which attempt

vars == <<now, state, request, told, outcomes, floor, keepUntil, applied, effects>>

Keeps(rule) == rule \notin LeftOut

Writes == Numbered \cup Keyed
Session == 0
Key == -1
Id(w) == IF w \in Keyed THEN Key ELSE w
Holder(w) == IF w \in Keyed THEN Key ELSE Session     \* what is forgotten with it
Max(a, b) == IF a > b THEN a ELSE b

Timeout == 1    \* the longest that a client may ask for, and the grace of 9.4
Day == 1        \* how long a client may send its key again

Init ==
    /\ now = 0
    /\ state = [w \in Writes |-> [a \in 1..Attempts |-> "unmade"]]
    /\ request = [w \in Writes |-> [notAfter |-> 0, floor |-> 0]]
    /\ told = [w \in Writes |-> "waits"]
    /\ outcomes = {}
    /\ floor = 0
    /\ keepUntil = [h \in {Session, Key} |-> -1]
    /\ applied = -1
    /\ effects = {}

--------------------------------------------------------------------------------
(* At the gateway. *)

(* 9.1, 9.7: offered once more, with the same id. The first time fixes how long it may take and what it still waits
   for. *)
Offer(w, a) ==
    /\ told[w] = "waits"
    /\ state[w][a] = "unmade"
    /\ a > 1 => state[w][a - 1] # "unmade"
    /\ state' = [state EXCEPT ![w][a] = "open"]
    /\ IF a > 1 THEN UNCHANGED request
       ELSE /\ w \in Keyed /\ applied >= 0 => now <= applied + Day
            /\ \E time \in 0..Timeout : request' = [request EXCEPT ![w] =
                  [notAfter |-> now + time,
                   floor |-> IF w \in Keyed THEN 0
                             ELSE CHOOSE s \in Numbered :
                                 told[s] = "waits" /\ \A t \in Numbered : t < s => told[t] # "waits"]]
    /\ UNCHANGED <<now, told, outcomes, floor, keepUntil, applied, effects>>

(* A leader refuses it, or its place in the log goes to another entry. *)
Vanish(w, a) ==
    /\ state[w][a] = "open"
    /\ state' = [state EXCEPT ![w][a] = "gone"]
    /\ UNCHANGED <<now, request, told, outcomes, floor, keepUntil, applied, effects>>

Hear(w, a) ==
    /\ state[w][a] = "gone"
    /\ state' = [state EXCEPT ![w][a] = "heard"]
    /\ UNCHANGED <<now, request, told, outcomes, floor, keepUntil, applied, effects>>

(* 9.7: the deadline. Nothing is denied while an attempt is open. *)
GiveUp(w) ==
    /\ told[w] = "waits"
    /\ state[w][1] # "unmade"
    /\ LET settled == \A a \in 1..Attempts : state[w][a] \in {"unmade", "heard"} IN
       told' = [told EXCEPT ![w] = IF settled \/ ~Keeps("open-attempts") THEN "none" ELSE "unknown"]
    /\ UNCHANGED <<now, state, request, outcomes, floor, keepUntil, applied, effects>>

--------------------------------------------------------------------------------
(* In the log. *)

\* What is still known at log time t: outcomes go with the session or the key that they belong to.
Forgotten(h, t) == keepUntil[h] >= 0 /\ keepUntil[h] < t
Known(t) == {id \in outcomes : ~Forgotten(IF id = Key THEN Key ELSE Session, t)}
FloorAt(t) == IF Forgotten(Session, t) THEN 0 ELSE floor
KeptAt(t) == [h \in {Session, Key} |-> IF Forgotten(h, t) THEN -1 ELSE keepUntil[h]]

Tell(w, verdict) == told' \in {told, [told EXCEPT ![w] = IF @ = "waits" THEN verdict ELSE @]}

(* One attempt is applied. *)
Apply(w, a) ==
    /\ state[w][a] = "open"
    /\ state' = [state EXCEPT ![w][a] = "applied"]
    /\ LET late == now > request[w].notAfter
       IN  IF Id(w) \in outcomes /\ Keeps("outcomes") THEN     \* 9.2
               /\ Tell(w, "done")
               /\ keepUntil' = IF w \in Keyed THEN [keepUntil EXCEPT ![Key] = now + Day + 2 * Timeout] ELSE keepUntil
               /\ applied' = IF w \in Keyed THEN now ELSE applied
               /\ UNCHANGED <<outcomes, floor, effects>>
           ELSE IF w \in Numbered /\ w < floor /\ Keeps("floor") THEN     \* 9.5
               /\ Tell(w, "unknown")
               /\ UNCHANGED <<outcomes, floor, keepUntil, applied, effects>>
           ELSE IF late /\ Keeps("not-after") THEN     \* 9.4
               /\ Tell(w, IF now <= request[w].notAfter + Timeout \/ ~Keeps("grace") THEN "none" ELSE "unknown")
               /\ UNCHANGED <<outcomes, floor, keepUntil, applied, effects>>
           ELSE
               /\ Tell(w, "done")
               /\ effects' = effects \cup {<<w, a>>}
               /\ applied' = IF w \in Keyed THEN now ELSE applied
               /\ floor' = IF w \in Numbered THEN Max(floor, request[w].floor) ELSE floor
               /\ outcomes' = {id \in outcomes \cup {Id(w)} : id = Key \/ id >= floor'}
               /\ keepUntil' = [keepUntil EXCEPT ![Holder(w)] =
                      IF w \in Keyed THEN now + Day + 2 * Timeout ELSE Max(@, request[w].notAfter + Timeout)]
    /\ UNCHANGED <<now, request>>

(* 9.6: other entries move log time on. *)
Tick ==
    /\ now < MaxTime
    /\ now' = now + 1
    /\ outcomes' = Known(now')
    /\ floor' = FloorAt(now')
    /\ keepUntil' = KeptAt(now')
    /\ UNCHANGED <<state, request, told, applied, effects>>

Next ==
    \/ Tick
    \/ \E w \in Writes :
        \/ GiveUp(w)
        \/ \E a \in 1..Attempts :
            \/ Offer(w, a) \/ Vanish(w, a) \/ Hear(w, a)
            \/ Apply(w, a)

Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------------
TakesEffectOnce == \A x, y \in effects : Id(x[1]) = Id(y[1]) => x = y

\* Neither has it happened, nor will it: this holds in every state after it was said, too.
DeniedNeverHappens == \A x \in effects : told[x[1]] # "none"

DoneHasHappened == \A w \in Writes : told[w] = "done" => \E x \in effects : Id(x[1]) = Id(w)

================================================================================
