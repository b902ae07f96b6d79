/**
 * The rare cases, as scripts with their expected output: {@code src/test/resources/scenarios/*.txt}. A script plays the
 * very replica, gateway and outcomes of production on disks, links and a ZooKeeper that do what it says and nothing else.
 * Knows replication, gateway, and the memory doors of the simulator; called by tests and by {@code scripts/simulate}.
 *
 * <p>A line that begins with {@code #} tells the story, a line without indentation is a command, and the indented lines
 * under it are what it made the nodes say. Time passes only in {@code pass} and {@code until}; whatever is not held
 * happens at once. {@code -Drewrite} records all output anew: look at the difference before you commit it.
 *
 * <pre>
 * cluster 3 [all] [minInSync 2]      n1 founds a cluster, and as many join it; n1 leads
 * pass 500ms                         until n2 serves | leads | follows      until in sync n1 n2
 *
 * cut n1-n2 | n1>n2 | n1             messages are lost: both ways, one way, with all       join ...   join all
 * hold n1>n2 [Kind ...]              messages wait, of these kinds or of all
 * deliver n1>n2 [Kind [all]]         what waits arrives: all of it, or the oldest of a kind
 * repeat n1>n2 Kind                  a copy of the oldest arrives, and the message goes on waiting
 * drop n1>n2 [Kind]                  what waits is lost                                    release n1>n2
 * unhold n1>n2                       nothing more is held, but what waits goes on waiting
 *
 * crash n1 [keeping W [S]] [forgetting B]   of what was not synced W writes stay, and S steps of the next; the tables
 *                                    lose B batches. Connections to a crashed process are refused
 * start n1 [clock 5s]                its monotonic clock begins there        stop n1     in order
 * pause n1     wake n1               nothing reaches it for a while; then all of it does
 * wipe n1      roll back n1 to 3 [promise 1]      a crashed node gets an empty disk, or an old state of its own
 * restore n1 from n2                 a crashed node gets an empty disk with a backup of n2's state as it is now
 * hold disk n1       fsync n1 [W]       release disk n1                      wall n1 -1h
 *
 * spoil n1 X           its state becomes another than the others'        software n1 2     the version that starts next
 * distrust n1          it is told that its state is damaged
 * room n1 here | elsewhere | nowhere   its disk has room, or is low on it; a word such as -a takes none
 * keep n1 2      flush n1            all but 2 entries may go from its log; its tables are safe from crashes
 * fetch n3 from n1      fetched n3 [of other]     n1's state is copied; the copy arrives, as that of another cluster
 *
 * zookeeper hold n1                  its claims and changes wait
 * zookeeper serve n1                 the oldest happens, and its answer arrives
 * zookeeper serve n1 unheard         it happens, and the answer is lost
 * zookeeper lose n1                  it never arrives
 * zookeeper delay n1                 nobody knows; it happens at {@code zookeeper late n1}         zookeeper release n1
 * zookeeper away n1 | all            zookeeper back n1 | all                 zookeeper expire n1
 * zookeeper blind n1                 its watches are missed: only reads show anything       zookeeper sighted n1
 * zookeeper slow n1 400ms            whoever reads the latch hears of it that much later
 * zookeeper oust n1                  somebody deletes its place in the latch
 * zookeeper remember                 zookeeper restore                       zookeeper wipe
 *
 * write n1 word|x*300 [key k] [within 2s]  read n1 [local | bounded 500ms] [at 7] [within 2s]
 * hand off n1 [to n2] [epoch 3] [dry]        n1 is asked to hand leadership over, or only whether it could
 * force n2 [epoch 3]                 n2 is to claim, whatever its leader does
 * recover n3 [epoch 3] [dry]         n3 is to lead alone with what it has, or only whether it could
 * give up beyond n3                  what n3 does not have counts as promised no more
 * leave n3     return n3             n3 is to leave leadership and the in-sync set, until it is told to return
 * show [n1 | record | latch | mail n1>n2 | held n1]
 * </pre>
 *
 * <p>Whatever a script does, {@link io.bellwether.scenarios.Ledger} holds: one committed value per index, nothing
 * acknowledged that is not durable, no promise forgotten, no read behind what was acknowledged before it began.
 */
@NullMarked
package io.bellwether.scenarios;

import org.jspecify.annotations.NullMarked;
