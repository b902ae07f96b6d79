--------------------------------- MODULE Calm ----------------------------------
(* After the faults a leader serves again: the one thing that the protocol promises about time. Here the times are
   right: a replica claims only when nobody leads or recovers in the record's epoch (1.1, 7.2), only who has died
   for good is removed from the set (5.4), and a set of which too few are alive is neither meant (5.1) nor meant for long;
   no other intentions are dropped (5.6 lets them rest no longer than it takes).
   Nobody writes: the entry that begins an epoch is one to commit, and everything waits for it. *)
EXTENDS Replication

CONSTANT MaxDead

VARIABLE dead   \* the nodes that never come back

calmVars == <<vars, dead>>

Alive == Nodes \ dead

Silent == \A n \in Alive : asked[n] # record.epoch /\ (proc[n].role # "follow" => promise[n] # record.epoch)

(* A crash after which nothing comes. *)
Die(n) ==
    /\ Cardinality(dead) < MaxDead
    /\ dead' = dead \cup {n}
    /\ asked' = [asked EXCEPT ![n] = 0]
    /\ proc' = [proc EXCEPT ![n] = Follower]
    /\ log' = [log EXCEPT ![n] = disk[n]]
    /\ sent' = SentAfter(n, promise)
    /\ UNCHANGED <<record, flight, claimed, store, promise, disk, crashes, committed, read, rare>>

Fault == (\E n \in Alive : Crash(n) /\ UNCHANGED dead) \/ (\E n \in Alive : Die(n))

Answers(S) == Cardinality({r \in S : r[1] \in Alive}) >= W(S)

Intended == \A n \in Nodes : Leads(n) /\ proc'[n] # proc[n] =>
    /\ \A m \in Nodes : <<m, store[m]>> \in proc[n].set \ proc'[n].intent => m \in dead
    /\ Answers(proc'[n].intent)

InVain(n) == Leads(n) /\ ~Answers(proc[n].intent)

Step ==
    /\ UNCHANGED dead
    /\ \/ \E n \in Alive :
            \/ Silent /\ Claim(n)
            \/ Learn(n) \/ Lead(n) \/ Sync(n) \/ \E i \in DOMAIN log[n] : Commit(n, i)
            \/ Intend(n) /\ Intended
            \/ Send(n) \/ Settle(n) \/ (InVain(n) /\ Drop(n))
            \/ \E m \in Alive : Promise(n, m) \/ \E k \in DOMAIN log[m] : Pull(n, m, k)
            \/ \E e \in 1..Len(claimed) : Replicate(e, n)
       \/ \E q \in flight : Take(q)

(* No step can be taken for ever: each raises something that is bounded. So it is enough that steps are taken. *)
CalmSpec ==
    /\ Init /\ dead = {}
    /\ [][Step \/ Fault]_calmVars
    /\ WF_calmVars(Step)

Serves == \E n \in Alive : Leads(n) /\ promise[n] = record.epoch /\ proc[n].commit >= proc[n].start

ServesAgain == <>[]Serves

================================================================================
