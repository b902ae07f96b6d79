------------------------------ MODULE Replication ------------------------------
(* The protocol of recipes/PROTOCOL.md: claims, promises, recovery, replication, commits, changes of the in-sync set,
   linearizable reads, and a planned hand-off as far as safety knows it. Rules are cited by their numbers.

   What one action does at once, and why nothing is lost by that, stands in README.md beside this file. In short:
   - A message that was sent may arrive at any later time, once, often or never. So there are no messages: whatever an
     answer could tell is remembered at the one process that can use it, and used or not used from then on.
   - A follower's append, its fsync and the leave of its acknowledgement are one step, as is a promise: before the
     fsync nobody can know of it, and a crash makes as if the message had not come.
   - Times guard nothing. Whoever is in sync may claim at any moment (1.1 asks for more), any change of the set may be
     intended, and a leader finds out that it is one no longer only when its own promise rises. *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
    Nodes,       \* all nodes
    First,       \* those in sync at the beginning
    Founder,     \* the one of them that claims first; as good as any other
    Mode,        \* "majority" or "all" (write quorum)
    Begun,       \* TRUE: begins when the first leader has committed its first entry everywhere; FALSE: from nothing
    MaxEpoch, MaxLog, MaxChanges, MaxCrashes, MaxWipes,
    Reads,       \* whether there are readers
    Cuts,        \* whether logs are cut in front, and snapshots travel
    Recoverable, \* whether an operator may recover the cluster, once
    Floor,       \* minInSync: no set becomes smaller than that (4.3); and none does that is
    LeftOut      \* the rules that are left out: {} for the protocol, {"joint-commit"}, ... for a variant that must fail

VARIABLES
    record,      \* ZooKeeper: version of the znode, epoch, in-sync set
    flight,      \* changes of the set on their way to ZooKeeper, whatever their senders were told
    claimed,     \* history: claimed[e] is who claimed epoch e, the set it found, and the version it made
    store,       \* number of the store of each node; a wiped disk is another store (3.1)
    promise,     \* durable promise of each node's store
    log,         \* log of each node as its process sees it: a sequence of epochs, the index is the place
    disk,        \* what of it is durable; differs from log at leaders and claimants only
    asked,       \* epoch that this life of the node has claimed and not yet heard of; 0 for none
    proc,        \* what the process is: follower, claimant, leader, with all that a crash forgets
    sent,        \* log that the leader of each epoch had when it ended: its appends may still arrive
    crashes,     \* number of crashes so far
    committed,   \* history: <<index, entry, epoch whose leader committed it first>>
    read,        \* a linearizable read on its way, or NoRead
    said,        \* up to which index the leader of each epoch has said that all hold the log (13.1)
    begins,      \* index after which the log of each node begins: what is before stays in log, but nobody can read it
    recovered    \* whether an operator has recovered the cluster

rare == <<said, begins, recovered>>
vars == <<record, flight, claimed, store, promise, log, disk, asked, proc, sent, crashes, committed, read, rare>>

Keeps(rule) == rule \notin LeftOut

Epochs == 1..MaxEpoch
Stores == 1..(MaxWipes + 1)
Replicas == Nodes \X Stores
OldStoreCounts == ~Keeps("store")
Rep(n) == <<n, IF OldStoreCounts THEN 1 ELSE store[n]>>   \* 3.1: an answer counts for the store that gave it

Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b

All == Mode = "all"
W(S) == IF All THEN Cardinality(S) ELSE Cardinality(S) \div 2 + 1
R(S) == Cardinality(S) - W(S) + 1

(* An entry is the epoch in which it was written; that and its index name it, for an epoch has one leader with one
   log. Only the variant that resumes an epoch writes two at one index, and tells them apart by hundreds. *)
EpochOf(entry) == entry % 100
Entry(e) == IF Keeps("own-epoch") THEN e ELSE crashes * 100 + e

(* A position orders logs by (last epoch, last index): 2.4. *)
Last(l) == IF l = <<>> THEN 0 ELSE EpochOf(l[Len(l)]) * 100 + Len(l)

Prefix(l, k) == SubSeq(l, 1, k)

\* How far two logs have the same entries.
Agree(a, b) == Cardinality({i \in DOMAIN a : i <= Len(b) /\ Prefix(a, i) = Prefix(b, i)})

--------------------------------------------------------------------------------
(* What a process can be. *)

Follower == [role |-> "follow"]
NoRead == [node |-> "nobody"]
NoSet == {}

Claimant(S, n) == [role |-> "recover", set |-> S, promised |-> {<<Rep(n), 0>>}]

Leads(n) == proc[n].role = "lead"
IsRecovering(n) == proc[n].role = "recover"

\* start: index of the entry that began the epoch. intent: the set it has in mind, NoSet for none.
Leader(S, version, start, acks, commit) ==
    [role |-> "lead", set |-> S, version |-> version, start |-> start, ack |-> acks, commit |-> commit,
     intent |-> NoSet, stage |-> "none"]

\* The log that appends of epoch e are taken from: the leader's own, or what it had when it ended.
LedLog(e) == LET n == claimed[e].node IN IF Leads(n) /\ promise[n] = e THEN log[n] ELSE sent[e]

(* The leadership or claim of node n ends, by a crash or a higher promise. What it had sent stays on its way, unless
   nobody is left who would take it. *)
SentAfter(n, promises) ==
    [e \in Epochs |->
        IF e <= Len(claimed) /\ \E f \in Nodes \ {claimed[e].node} : promises[f] <= e
        THEN IF Leads(n) /\ promise[n] = e THEN log[n] ELSE sent[e]
        ELSE <<>>]

ReadAfter(n) == IF read.node = n THEN NoRead ELSE read

(* Node f promises epoch e durably: all that it has staged becomes durable with it, and it is no leader or claimant of
   a lower epoch any more (2.2, 4.5). For use in actions that then say what becomes of log[f] and disk[f]. *)
Promises(f, e) ==
    /\ promise' = [promise EXCEPT ![f] = e]
    /\ sent' = SentAfter(f, promise')
    /\ asked' = [asked EXCEPT ![f] = IF @ <= e THEN 0 ELSE @]
    /\ read' = IF promise[f] < e THEN ReadAfter(f) ELSE read

--------------------------------------------------------------------------------
Init ==
    /\ store = [n \in Nodes |-> 1]
    /\ flight = {}
    /\ asked = [n \in Nodes |-> 0]
    /\ sent = [e \in Epochs |-> <<>>]
    /\ crashes = 0
    /\ read = NoRead
    /\ said = [e \in Epochs |-> 0]
    /\ begins = [n \in Nodes |-> 0]
    /\ recovered = FALSE
    /\ LET S == {<<n, 1>> : n \in First} IN
       IF Begun
       THEN /\ record = [version |-> 1, epoch |-> 1, set |-> S]
            /\ promise = [n \in Nodes |-> IF n \in First THEN 1 ELSE 0]
            /\ log = [n \in Nodes |-> IF n \in First THEN <<1>> ELSE <<>>]
            /\ committed = {<<1, 1, 1>>}
            /\ claimed = <<[node |-> Founder, set |-> S, version |-> 1]>>
            /\ proc = [n \in Nodes |->
                IF n = Founder THEN Leader(S, 1, 1, [r \in Replicas |-> IF r \in S THEN 1 ELSE 0], 1) ELSE Follower]
       ELSE /\ record = [version |-> 0, epoch |-> 0, set |-> S]
            /\ promise = [n \in Nodes |-> 0]
            /\ log = [n \in Nodes |-> <<>>]
            /\ committed = {}
            /\ claimed = <<>>
            /\ proc = [n \in Nodes |-> Follower]
    /\ disk = log

--------------------------------------------------------------------------------
(* Claim and recover. *)

(* 1.1, 1.2: a claim reaches ZooKeeper. The compare-and-set on the version makes it one claim for each epoch. Whether
   its result is told or unknown, the claimant learns of it later or never. A leader claims only after the record has
   told it of a higher epoch. Silence, latch and Resign (10.3) only narrow when this may happen. *)
Claim(n) ==
    /\ record.epoch < MaxEpoch
    /\ Rep(n) \in record.set
    /\ record.epoch = 0 => n = Founder
    /\ Leads(n) => record.epoch > promise[n]
    /\ record' = [version |-> record.version + 1, epoch |-> record.epoch + 1, set |-> record.set]
    /\ flight' = IF Keeps("version") THEN {} ELSE flight      \* 3.2: what names an older version fails
    /\ claimed' = Append(claimed, [node |-> n, set |-> record.set, version |-> record.version + 1])
    /\ asked' = [asked EXCEPT ![n] = record.epoch + 1]
    /\ proc' = [proc EXCEPT ![n] = Follower]
    /\ sent' = SentAfter(n, promise)
    /\ read' = ReadAfter(n)
    /\ UNCHANGED <<store, promise, log, disk, crashes, committed, rare>>

(* 3.3, 1.3: the claimant sees its own claim id in the record, which by then may be an old view, and promises first. *)
Learn(n) ==
    /\ asked[n] > promise[n]
    /\ Promises(n, asked[n])
    /\ proc' = [proc EXCEPT ![n] = Claimant(claimed[asked[n]].set, n)]
    /\ disk' = [disk EXCEPT ![n] = log[n]]
    /\ UNCHANGED <<record, flight, claimed, store, log, crashes, committed, rare>>

(* 2.1, 2.2, 2.3: f promises the epoch of claimant n, if n's set names its store. *)
Promise(f, n) ==
    /\ f # n
    /\ IsRecovering(n)
    /\ Rep(f) \in proc[n].set
    /\ promise[f] < promise[n]
    /\ Promises(f, promise[n])
    /\ proc' = [proc EXCEPT ![f] = Follower, ![n].promised =
            {q \in @ : q[1] # Rep(f)} \cup {<<Rep(f), Last(log[f])>>}]
    /\ disk' = [disk EXCEPT ![f] = log[f]]
    /\ UNCHANGED <<record, flight, claimed, store, log, crashes, committed, rare>>

\* Of those that promised, enough have no better log than this one. The own promise is always among them.
Suffices(n, last) ==
    Cardinality({q \in proc[n].promised : q[2] <= last}) >= IF Keeps("recovery-quorum") THEN R(proc[n].set) ELSE 1

(* 2.4, 2.5, 2.6: pulls from the best of R(S) promises that it can reach, up to index k. The source serves the
   claimant whose promise it holds. If it is lost on the way, there is another choice. *)
Pull(n, f, k) ==
    /\ IsRecovering(n)
    /\ f # n
    /\ promise[f] = promise[n]
    /\ \E q \in proc[n].promised : q[1] = Rep(f)
    /\ Last(log[f]) > Last(log[n])
    /\ Suffices(n, Last(log[f]))
    /\ Agree(log[n], log[f]) >= begins[f]       \* 2.6
    /\ k \in (Agree(log[n], log[f]) + 1)..Len(log[f])
    /\ log' = [log EXCEPT ![n] = Prefix(log[f], k)]
    /\ UNCHANGED <<record, flight, claimed, store, promise, disk, asked, proc, sent, crashes, committed, read, rare>>

(* Its log is the best of R(S): it leads, and appends the entry that begins the epoch. *)
Lead(n) ==
    /\ IsRecovering(n)
    /\ Len(log[n]) < MaxLog
    /\ IF Keeps("best-log") THEN Suffices(n, Last(log[n])) ELSE Cardinality(proc[n].promised) >= R(proc[n].set)
    /\ log' = [log EXCEPT ![n] = Append(@, Entry(promise[n]))]
    /\ proc' = [proc EXCEPT ![n] =
            Leader(@.set, claimed[promise[n]].version, Len(log[n]) + 1, [r \in Replicas |-> 0], 0)]
    /\ UNCHANGED <<record, flight, claimed, store, promise, disk, asked, sent, crashes, committed, read, rare>>

--------------------------------------------------------------------------------
(* Replicate and commit. *)

Write(n) ==
    /\ Leads(n)
    /\ Len(log[n]) < MaxLog
    /\ log' = [log EXCEPT ![n] = Append(@, Entry(promise[n]))]
    /\ UNCHANGED <<record, flight, claimed, store, promise, disk, asked, proc, sent, crashes, committed, read, rare>>

(* 12: the disk of a leader has caught up. Followers' disks do so within Replicate. *)
Sync(n) ==
    /\ Leads(n)
    /\ disk[n] # log[n]
    /\ disk' = [disk EXCEPT ![n] = log[n]]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, asked, proc, sent, crashes, committed, read, rare>>

\* The greatest index at which the two have the same position; that is all that a follower looks at (4.1).
RECURSIVE MatchFrom(_, _, _)
MatchFrom(own, led, i) == IF i = 0 \/ EpochOf(own[i]) = EpochOf(led[i]) THEN i ELSE MatchFrom(own, led, i - 1)

\* 4.1: what a follower with this log says to an append whose last entry is at j.
Proven(own, led, j) == IF Keeps("matched") THEN j ELSE Min(Len(own), Len(led))

(* 4.1, 4.4, 4.5, 4.6: f takes an append of epoch e, makes it durable and acknowledges what it proved equal, if the
   leader still lives to hear it. The append may be one of long ago. Of the positions that it may name, the greatest
   that f has stands for all, since LogsMatch. It brings none as long as that tells anybody anything, then the next
   entry, in the place of all that f has from there on; one with more is several with one each. *)
Replicate(e, f) ==
    LET n == claimed[e].node
        led == LedLog(e)
        i == MatchFrom(log[f], led, Min(Len(log[f]), Len(led)))
        Tells(own, j) ==
            /\ Leads(n) /\ promise[n] = e
            /\ Proven(own, led, j) > proc[n].ack[Rep(f)]
        Takes(own, j) ==
            /\ Promises(f, Max(e, promise[f]))
            /\ log' = [log EXCEPT ![f] = own]
            /\ disk' = [disk EXCEPT ![f] = own]
            /\ LET after == IF promise[f] < e THEN [proc EXCEPT ![f] = Follower] ELSE proc IN
               proc' = IF Tells(own, j) THEN [after EXCEPT ![n].ack[Rep(f)] = Proven(own, led, j)] ELSE after
    IN  /\ f # n
        /\ Keeps("fencing") => promise[f] <= e
        /\ led # <<>>
        /\ i >= begins[f]
        /\ IF promise[f] < e \/ Tells(log[f], i)
           THEN Takes(log[f], i)
           ELSE i < Len(led) /\ Takes(Append(Prefix(log[f], i), led[i + 1]), i + 1)
        /\ UNCHANGED <<record, flight, claimed, store, crashes, committed, rare>>

\* What leader n knows to be on replica r: acknowledged by a follower, or on the own disk (4.2).
Match(n, r) ==
    IF r = Rep(n) THEN IF Keeps("own-fsync") THEN Agree(disk[n], log[n]) ELSE Len(log[n])
    ELSE proc[n].ack[r]

Reached(n, S, i) == Cardinality({r \in S : Match(n, r) >= i}) >= W(S)

\* 5.2: while a change is in mind, both sets count.
JointlyReached(n, i) ==
    /\ Reached(n, proc[n].set, i)
    /\ proc[n].intent # NoSet /\ Keeps("joint-commit") => Reached(n, proc[n].intent, i)

(* 4.2: an index is committed when its entry is of the own epoch and W(S) have it. *)
Commit(n, i) ==
    /\ Leads(n)
    /\ i > proc[n].commit
    /\ Keeps("current-epoch") => EpochOf(log[n][i]) = promise[n]
    /\ JointlyReached(n, i)
    /\ proc' = [proc EXCEPT ![n].commit = i]
    /\ committed' = committed \cup
            {<<k, log[n][k], promise[n]>> : k \in {k \in 1..i : \A c \in committed : c[1] # k \/ c[2] # log[n][k]}}
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, sent, crashes, read, rare>>

--------------------------------------------------------------------------------
(* Changes of the in-sync set. *)

Changes == record.version - record.epoch

\* 13.2: whoever joins has what others may have cut.
IsLevel(n, r) == Match(n, r) >= Max(proc[n].start, said[promise[n]])

(* 5.1: one replica, never the leader itself; 5.7: or one in the place of another. Whom and when is a matter of times
   (5.4). *)
Smaller(n) == IF Cardinality(proc[n].set) > Floor
              THEN {proc[n].set \ {r} : r \in proc[n].set \ {Rep(n)}} ELSE {}
Larger(n) == {proc[n].set \cup {Rep(f)} : f \in Nodes}
Replaced(n) == IF Keeps("replacement")
               THEN {(proc[n].set \ {r}) \cup {Rep(f)} : r \in proc[n].set \ {Rep(n)}, f \in Nodes} ELSE {}

Intend(n) ==
    /\ Leads(n)
    /\ proc[n].intent = NoSet
    /\ Changes < MaxChanges
    /\ \E S \in Smaller(n) \cup Larger(n) \cup {S \in Replaced(n) : Cardinality(S) = Cardinality(proc[n].set)} :
        /\ S # proc[n].set
        /\ Cuts /\ Keeps("level") => \A r \in S \ proc[n].set : IsLevel(n, r)
        /\ proc' = [proc EXCEPT ![n].intent = S, ![n].stage = "intended"]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

(* 5.5: until it is sent an intention may be dropped. Where logs aren't cut nothing new is reached by that: all that was
   done meanwhile would have been allowed without the intention too. *)
Drop(n) ==
    /\ Leads(n)
    /\ proc[n].stage = "intended"
    /\ proc' = [proc EXCEPT ![n].intent = NoSet, ![n].stage = "none"]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

\* 5.3: W(S') of S' have everything up to the larger of the commit index and the epoch's start.
HasWhatCounts(n) ==
    IF Keeps("no-waiting")
    THEN Keeps("precondition") => Reached(n, proc[n].intent, Max(proc[n].commit, proc[n].start))
    ELSE proc[n].commit >= proc[n].start   \* the rule of old: wait until an entry of the epoch is committed

(* The compare-and-set leaves, on the version that this leader knows. Repeating it (3.3) is the same request again. *)
Send(n) ==
    /\ Leads(n)
    /\ proc[n].stage = "intended"
    /\ HasWhatCounts(n)
    /\ proc' = [proc EXCEPT ![n].stage = "sent"]
    /\ flight' = IF proc[n].version = record.version \/ ~Keeps("version")
                 THEN flight \cup
                      {[node |-> n, epoch |-> promise[n], version |-> proc[n].version, set |-> proc[n].intent]}
                 ELSE flight
    /\ UNCHANGED <<record, claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

(* ZooKeeper takes it, at any later time, whatever the sender was told and whether it still lives. *)
Take(q) ==
    /\ Keeps("version") => q.version = record.version
    /\ Changes < MaxChanges
    /\ record' = [record EXCEPT !.version = @ + 1, !.set = q.set]
    /\ flight' = IF Keeps("version") THEN {} ELSE flight \ {q}
    /\ LET p == proc[q.node] IN
       proc' = IF p.role = "lead" /\ promise[q.node] = q.epoch /\ p.stage = "sent" /\ p.intent = q.set
               THEN [proc EXCEPT ![q.node].stage = "taken"] ELSE proc
    /\ UNCHANGED <<claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

(* 3.3: only the record of a later version settles it; that view may be old by then. A later version that is not the
   leader's own doing is a higher epoch, which ends it elsewhere. *)
Settle(n) ==
    /\ Leads(n)
    /\ proc[n].stage = "taken"
    /\ proc' = [proc EXCEPT ![n].set = proc[n].intent, ![n].version = @ + 1, ![n].intent = NoSet, ![n].stage = "none"]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

(* Without 3.3: the answer got lost, the record is read again and is as before, so the change is taken for failed. *)
SettleByReading(n) ==
    /\ ~Keeps("settling")
    /\ Leads(n)
    /\ proc[n].stage = "sent"
    /\ record.version = proc[n].version
    /\ proc' = [proc EXCEPT ![n].intent = NoSet, ![n].stage = "none"]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

--------------------------------------------------------------------------------
(* Logs that are cut in front, and snapshots. *)

Least(S) == CHOOSE i \in S : \A j \in S : i <= j

(* 13.1: what all of S hold, and of S' while a change is in mind. *)
HeldByAll(n) == Least({Match(n, r) : r \in proc[n].set \cup proc[n].intent})

Say(n) ==
    /\ Cuts
    /\ Leads(n)
    /\ LET held == IF Keeps("held") THEN HeldByAll(n) ELSE proc[n].commit IN
        /\ held > said[promise[n]]
        /\ said' = [said EXCEPT ![promise[n]] = held]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, proc, sent, crashes, committed, read,
                   begins, recovered>>

Claims(n) == asked[n] # 0 \/ IsRecovering(n)

(* 13.1: a leader goes by what it said itself, a follower by what any leader has told it. The state holds what is
   committed and in the log. *)
Cut(n, k) ==
    /\ Cuts
    /\ ~Claims(n)
    /\ k > begins[n]
    /\ k < Len(disk[n])
    /\ \E e \in 1..promise[n] : k <= said[e] /\ (Leads(n) => e = promise[n])
    /\ \E c \in committed : c[1] = k /\ disk[n][k] = c[2]
    /\ begins' = [begins EXCEPT ![n] = k]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, proc, sent, crashes, committed, read>>
    /\ UNCHANGED <<said, recovered>>

CommittedAt(i) == (CHOOSE c \in committed : c[1] = i)[2]

(* 13.3, 13.4, 13.5: the state after a committed entry, whoever gave it and however late, takes the place of the log,
   which begins after it. *)
Install(n, i) ==
    /\ Cuts
    /\ ~Claims(n)
    /\ ~Leads(n)
    /\ i > begins[n]
    /\ \E c \in committed : c[1] = i
    /\ Keeps("forward") => ~(i <= Len(log[n]) /\ log[n][i] = CommittedAt(i))
    /\ LET state == [k \in 1..i |-> CommittedAt(k)] IN
        /\ log' = [log EXCEPT ![n] = state]
        /\ disk' = [disk EXCEPT ![n] = state]
    /\ begins' = [begins EXCEPT ![n] = i]
    /\ promise' = IF Keeps("kept-promise") THEN promise ELSE [promise EXCEPT ![n] = 0]
    /\ UNCHANGED <<record, flight, claimed, store, asked, proc, sent, crashes, committed, read, said,
                   recovered>>

--------------------------------------------------------------------------------
(* 10.11: too few are left, and an operator has one replica lead with what it has. What its disk lacks is given up, and is no
   longer promised to anybody; all promises hold for the rest. The others are switched off first (10.13 a), and may come
   back. *)
Recover(n) ==
    /\ Recoverable
    /\ ~recovered
    /\ recovered' = TRUE
    /\ record.epoch \in 1..(MaxEpoch - 1)
    /\ log[n] # <<>>
    /\ ~Claims(n)
    /\ record' = [version |-> record.version + 1, epoch |-> record.epoch + 1, set |-> {Rep(n)}]
    /\ flight' = IF Keeps("version") THEN {} ELSE flight
    /\ claimed' = Append(claimed, [node |-> n, set |-> {Rep(n)}, version |-> record.version + 1])
    /\ asked' = [m \in Nodes |-> IF m = n THEN record.epoch + 1 ELSE 0]
    /\ LET off == IF Keeps("switched-off") THEN Nodes \ {n} ELSE {} IN
        /\ proc' = [m \in Nodes |-> IF m = n \/ m \in off THEN Follower ELSE proc[m]]
        /\ log' = [m \in Nodes |-> IF m \in off THEN disk[m] ELSE log[m]]
    /\ sent' = [e \in Epochs |->
            IF e <= Len(claimed) /\ \E f \in Nodes \ {claimed[e].node} : promise[f] <= e THEN LedLog(e) ELSE <<>>]
    /\ committed' = {c \in committed : c[1] <= Len(disk[n]) /\ disk[n][c[1]] = c[2]}
    /\ said' = [e \in Epochs |-> 0]
    /\ read' = NoRead
    /\ UNCHANGED <<store, promise, disk, crashes, begins>>

--------------------------------------------------------------------------------
(* Linearizable reads. One at a time shows whatever several would: they don't touch each other. *)

\* The highest index that anybody can have had an answer for.
Acknowledged == IF committed = {} THEN 0 ELSE CHOOSE i \in 1..MaxLog :
    /\ \E c \in committed : c[1] = i
    /\ \A c \in committed : c[1] <= i

(* 8.1: takes the commit index, once an entry of the epoch is committed, and begins a round. A read at a follower is
   one whose arrival was earlier still (8.2). *)
BeginRead(n) ==
    /\ Reads
    /\ read = NoRead
    /\ Leads(n)
    /\ Keeps("read-commit") => proc[n].commit >= proc[n].start
    /\ read' = [node |-> n, atLeast |-> Acknowledged, index |-> proc[n].commit, confirmed |-> {}]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, proc, sent, crashes, committed, rare>>

(* f answers a message of the round: it has promised nothing higher. *)
Confirm(f) ==
    /\ read # NoRead
    /\ f # read.node
    /\ promise[f] <= promise[read.node]
    /\ Rep(f) \notin read.confirmed
    /\ promise' = [promise EXCEPT ![f] = promise[read.node]]
    /\ sent' = SentAfter(f, promise')
    /\ asked' = [asked EXCEPT ![f] = IF @ <= promise'[f] THEN 0 ELSE @]
    /\ proc' = [proc EXCEPT ![f] = IF promise[f] < promise'[f] THEN Follower ELSE @]
    /\ disk' = [disk EXCEPT ![f] = log[f]]
    /\ read' = [read EXCEPT !.confirmed = @ \cup {Rep(f)}]
    /\ UNCHANGED <<record, flight, claimed, store, log, crashes, committed, rare>>

EndRead ==
    /\ read # NoRead
    /\ read' = NoRead
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, proc, sent, crashes, committed, rare>>

ConfirmedBy(n, S) == Cardinality({r \in S : r = Rep(n) \/ r \in read.confirmed}) >= W(S)

\* The read may be answered, now or as long as this leadership lasts.
Served ==
    /\ read # NoRead
    /\ LET n == read.node IN
        \/ ~Keeps("round")
        \/ /\ ConfirmedBy(n, proc[n].set)
           /\ proc[n].intent # NoSet /\ Keeps("joint-read") => ConfirmedBy(n, proc[n].intent)

--------------------------------------------------------------------------------
(* Faults. *)

\* Whether a crash at a follower makes a difference.
Forgetful == ~Keeps("durable-promise") \/ ~Keeps("fsync")

(* The process ends and begins again. The log on disk is what was synced, or more: a torn tail keeps some of it. That a
   leader's keeps all of it is Sync, and then this. *)
Crash(n) ==
    /\ crashes < MaxCrashes
    /\ ~Forgetful => proc[n] # Follower \/ asked[n] # 0 \/ log[n] # disk[n]
    /\ crashes' = crashes + 1
    /\ \E l \in {disk[n]} \cup
            LET least == IF Keeps("fsync") THEN Agree(disk[n], log[n]) ELSE 0
                most == IF Leads(n) THEN Len(log[n]) - 1 ELSE Len(log[n])
            IN {Prefix(log[n], k) : k \in least..most} :
        /\ log' = [log EXCEPT ![n] = l]
        /\ disk' = [disk EXCEPT ![n] = l]
        /\ promise' = IF Keeps("durable-promise") THEN promise
                      ELSE [promise EXCEPT ![n] = Last(l) \div 100]
    /\ asked' = [asked EXCEPT ![n] = 0]
    /\ proc' = [proc EXCEPT ![n] = Follower]
    /\ sent' = SentAfter(n, promise)
    /\ read' = ReadAfter(n)
    /\ UNCHANGED <<record, flight, claimed, store, committed, rare>>

(* Without 1.3: it finds its own epoch in the record, and leads on. *)
Resume(n) ==
    /\ ~Keeps("own-epoch")
    /\ proc[n] = Follower
    /\ record.epoch > 0
    /\ promise[n] = record.epoch
    /\ claimed[record.epoch].node = n
    /\ \E i \in DOMAIN log[n] : EpochOf(log[n][i]) = record.epoch
    /\ LET start == CHOOSE i \in DOMAIN log[n] :
                EpochOf(log[n][i]) = record.epoch /\ \A k \in 1..(i - 1) : EpochOf(log[n][k]) # record.epoch
       IN proc' = [proc EXCEPT ![n] = Leader(record.set, record.version, start, [r \in Replicas |-> 0], 0)]
    /\ UNCHANGED <<record, flight, claimed, store, promise, log, disk, asked, sent, crashes, committed, read, rare>>

RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN f[x] + Sum(f, S \ {x})

(* 3.1: the node comes back with an empty disk: another store. *)
Wipe(n) ==
    /\ Sum(store, Nodes) - Cardinality(Nodes) < MaxWipes
    /\ store' = [store EXCEPT ![n] = @ + 1]
    /\ promise' = [promise EXCEPT ![n] = 0]
    /\ log' = [log EXCEPT ![n] = <<>>]
    /\ disk' = [disk EXCEPT ![n] = <<>>]
    /\ asked' = [asked EXCEPT ![n] = 0]
    /\ proc' = [proc EXCEPT ![n] = Follower]
    /\ sent' = SentAfter(n, promise)
    /\ read' = ReadAfter(n)
    /\ begins' = [begins EXCEPT ![n] = 0]
    /\ UNCHANGED <<record, flight, claimed, crashes, committed, said, recovered>>

--------------------------------------------------------------------------------
Next ==
    \/ \E n \in Nodes :
        \/ Claim(n) \/ Learn(n)
        \/ /\ IsRecovering(n)
           /\ \/ \E m \in Nodes : Promise(m, n) \/ \E k \in DOMAIN log[m] : Pull(n, m, k)
              \/ Lead(n)
        \/ /\ Leads(n)
           /\ \/ Write(n) \/ Sync(n) \/ \E i \in DOMAIN log[n] : Commit(n, i)
              \/ Intend(n) \/ Send(n) \/ Settle(n) \/ SettleByReading(n)
        \/ \E e \in 1..Len(claimed) : Replicate(e, n)
        \/ Crash(n) \/ Resume(n) \/ Wipe(n)
        \/ Reads /\ (BeginRead(n) \/ Confirm(n))
        \/ /\ Cuts
           /\ \/ Say(n) \/ Drop(n)
              \/ \E k \in DOMAIN log[n] : Cut(n, k)
              \/ \E i \in 1..MaxLog : Install(n, i)
        \/ Recoverable /\ Recover(n)
    \/ \E q \in flight : Take(q)
    \/ Reads /\ EndRead

Spec == Init /\ [][Next]_vars

Symmetry == Permutations(First \ {Founder})

--------------------------------------------------------------------------------
(* What is promised. *)

OneValuePerIndex == \A a, b \in committed : a[1] = b[1] => a[2] = b[2]

Has(l, c) == c[1] <= Len(l) /\ l[c[1]] = c[2]

(* Whoever leads has all that leaders before it have committed, and all that they will ever have. And whoever comes
   next will: the best log of any R(S) that are intact, as it is on disk, has all. *)
CommittedIsNeverLost ==
    /\ \A n \in Nodes : Leads(n) => \A c \in committed : c[3] < promise[n] => Has(log[n], c)
    /\ LET S == record.set
           intact == {n \in Nodes : Rep(n) \in S}
       IN  \A n \in intact : (\E c \in committed : ~Has(disk[n], c)) =>
               Cardinality({m \in intact : Last(disk[m]) <= Last(disk[n])}) < R(S)

(* 13.1, 13.2: what may be cut anywhere is on every replica of the set. So no claimant ever lacks what nobody has. *)
WhatIsCutAllHold ==
    \A n \in Nodes : Rep(n) \in record.set =>
        \A c \in committed : (\E e \in Epochs : c[1] <= said[e]) => Has(disk[n], c)

ReadsAreFresh == Served => read.index >= read.atLeast

OneLeaderPerEpoch ==
    LET leaders == {n \in Nodes : Leads(n)} IN
    \A n, m \in leaders : promise[n] = promise[m] => n = m

LogsMatch ==
    LET logs == {log[n] : n \in Nodes} \cup {sent[e] : e \in 1..Len(claimed)} IN
    \A a, b \in logs : Len(a) > Len(b) \/ a = b \/ Agree(a, b) >= MatchFrom(a, b, Len(a))

================================================================================
