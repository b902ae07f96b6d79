-------------------------------- MODULE HandOff --------------------------------
(* A planned hand-off (DESIGN's 4.10; rules 10 of recipes/PROTOCOL.md): the latch moves, the leader resigns in favour
   of a target, and the target claims without silence. To Replication such a claim is one like all others, so no data
   is at stake. What is: that no other healthy leader is deposed by it, and that a write which waits meanwhile is
   served, even if Resign is lost, the target crashes, or the leader does. *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS Nodes, MaxHandOffs, MaxCrashes, LeftOut

VARIABLES
    record,     \* ZooKeeper: epoch and leader
    latch,      \* ZooKeeper: who queues, in order
    leads,      \* epoch that each process leads, 0 for none
    target,     \* what each leader is about: nobody, or the target and how far it has come
    resigned,   \* Resign on its way, or remembered: <<target, epoch>>
    written,    \* whether the write that a client waits for is done
    deposed,    \* history: a leader that lived and had not resigned in this favour lost its epoch to a claim
    handOffs, crashes

vars == <<record, latch, leads, target, resigned, written, deposed, handOffs, crashes>>

Keeps(rule) == rule \notin LeftOut

Nobody == [node |-> "nobody", step |-> "none"]

Init ==
    /\ \E n \in Nodes :
        /\ record = [epoch |-> 1, leader |-> n]
        /\ leads = [m \in Nodes |-> IF m = n THEN 1 ELSE 0]
        /\ latch \in {q \in [1..Cardinality(Nodes) -> Nodes] : q[1] = n /\ \A i, j \in DOMAIN q : q[i] = q[j] => i = j}
    /\ target = [n \in Nodes |-> Nobody]
    /\ resigned = {}
    /\ written = FALSE
    /\ deposed = FALSE
    /\ handOffs = 0
    /\ crashes = 0

Without(q, n) == SelectSeq(q, LAMBDA m : m # n)
Queues(n) == \E i \in DOMAIN latch : latch[i] = n

--------------------------------------------------------------------------------
(* An operator asks. From now on the leader parks what clients write, and brings the target to its last index. *)
Begin(n, t) ==
    /\ leads[n] > 0
    /\ n # t
    /\ target[n] = Nobody
    /\ handOffs < MaxHandOffs
    /\ handOffs' = handOffs + 1
    /\ target' = [target EXCEPT ![n] = [node |-> t, step |-> "parked"]]
    /\ UNCHANGED <<record, latch, leads, resigned, written, deposed, crashes>>

(* One transaction deletes whoever queues ahead of the target, the leader's own place included. *)
MoveLatch(n) ==
    /\ target[n].step = "parked"
    /\ \E i \in DOMAIN latch :
        /\ latch[i] = target[n].node
        /\ latch' = SubSeq(latch, i, Len(latch))
    /\ target' = [target EXCEPT ![n].step = "moved"]
    /\ UNCHANGED <<record, leads, resigned, written, deposed, handOffs, crashes>>

Resign(n) ==
    /\ target[n].step = "moved"
    /\ resigned' = resigned \cup {<<target[n].node, leads[n]>>}
    /\ target' = [target EXCEPT ![n].step = "resigned"]
    /\ UNCHANGED <<record, latch, leads, written, deposed, handOffs, crashes>>

(* 1.1: out of silence, or since the leader of the record's epoch resigned in its favour (10.3). *)
Named(t) == \E r \in resigned : r[1] = t /\ (Keeps("resign-epoch") => r[2] = record.epoch)
Silent == leads[record.leader] # record.epoch

Claim(t) ==
    /\ latch # <<>>
    /\ Head(latch) = t
    /\ leads[t] < record.epoch
    /\ Silent \/ Named(t)
    /\ deposed' = (deposed \/ (~Silent /\ <<t, record.epoch>> \notin resigned))
    /\ record' = [epoch |-> record.epoch + 1, leader |-> t]
    /\ leads' = [leads EXCEPT ![t] = record.epoch + 1]
    /\ target' = [target EXCEPT ![t] = Nobody]
    /\ UNCHANGED <<latch, resigned, written, handOffs, crashes>>

(* The old leader hears of the higher epoch, and forwards what it parked. *)
StepDown(n) ==
    /\ leads[n] > 0
    /\ leads[n] < record.epoch
    /\ leads' = [leads EXCEPT ![n] = 0]
    /\ target' = [target EXCEPT ![n] = Nobody]
    /\ UNCHANGED <<record, latch, resigned, written, deposed, handOffs, crashes>>

(* The hand-off has taken too long: the old leader, not fenced, goes on. *)
GoOn(n) ==
    /\ Keeps("go-on")
    /\ target[n] # Nobody
    /\ target' = [target EXCEPT ![n] = Nobody]
    /\ UNCHANGED <<record, latch, leads, resigned, written, deposed, handOffs, crashes>>

(* A deposed holder notices by itself that its place is gone, and queues again; so does the leader that has gone on. *)
Queue(n) ==
    /\ ~Queues(n)
    /\ latch' = Append(latch, n)
    /\ UNCHANGED <<record, leads, target, resigned, written, deposed, handOffs, crashes>>

Serve(n) ==
    /\ ~written
    /\ leads[n] = record.epoch
    /\ target[n] = Nobody
    /\ written' = TRUE
    /\ UNCHANGED <<record, latch, leads, target, resigned, deposed, handOffs, crashes>>

--------------------------------------------------------------------------------
Lose ==
    /\ \E r \in resigned : resigned' = resigned \ {r}
    /\ UNCHANGED <<record, latch, leads, target, written, deposed, handOffs, crashes>>

(* The process ends, and so does its session sooner or later; it begins again and has forgotten all. *)
Crash(n) ==
    /\ crashes < MaxCrashes
    /\ crashes' = crashes + 1
    /\ leads' = [leads EXCEPT ![n] = 0]
    /\ target' = [target EXCEPT ![n] = Nobody]
    /\ resigned' = {r \in resigned : r[1] # n}
    /\ latch' = Without(latch, n)
    /\ UNCHANGED <<record, written, deposed, handOffs>>

Step == \E n \in Nodes :
    MoveLatch(n) \/ Resign(n) \/ Claim(n) \/ StepDown(n) \/ GoOn(n) \/ Queue(n) \/ Serve(n)

Fault == Lose \/ \E n \in Nodes : Crash(n) \/ \E t \in Nodes : Begin(n, t)

Spec == Init /\ [][Step \/ Fault]_vars /\ WF_vars(Step)

--------------------------------------------------------------------------------
OnlyWhoResignedIsDeposed == ~deposed

OneLeaderPerEpoch == \A n, m \in Nodes : n # m /\ leads[n] > 0 => leads[n] # leads[m]

WhoWaitsIsServed == <>written

================================================================================
