package io.bellwether.simulation;

import io.bellwether.replication.Bytes;

/** What may go wrong with a state although the log is sound: a mistake of the program, of the memory, of the disk. */
final class StateTroubles {
    /** No client looks at this row, and no rule: what is wrong with it shows in the digest alone. */
    private static final Bytes UNSEEN = Bytes.utf8("~");

    private StateTroubles() {}

    /** A state becomes another than the others', with the digest that belongs to it (Rule 14.3). */
    record WrongState() implements Trouble {
        @Override
        public String name() {
            return "wrong states";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            if (!world.wrongStates().mayStrike(node)) {
                return false;
            }
            world.trace(() -> node.id() + " has a wrong state from now on");
            node.tables().put(UNSEEN, Bytes.utf8(String.valueOf(world.nextOperation())));
            node.tables().commit(node.tables().applied());
            world.wrongStates().struck();
            return true;
        }
    }

    /** A replica finds its own state damaged, without anybody's help (Rule 14.4). */
    record FoundDamaged() implements Trouble {
        @Override
        public String name() {
            return "states found damaged";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            if (!world.wrongStates().mayStrike(node)) {
                return false;
            }
            world.wrongStates().struck();
            world.trace(() -> node.id() + " finds its state damaged");
            node.event(node.life(), serving -> serving.distrust("the simulator says so"));
            return true;
        }
    }
}
