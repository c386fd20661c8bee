/* The protocol of shm/posix as a model: spin tries every interleaving of two producers in sequence
 * and three consumers in sequence on one name. The first may be killed or interrupted at every
 * step.
 * usage: spin -a shm.pml && gcc -O2 -DCOLLAPSE -o pan pan.c && ./pan -m1000000
 *                                                                   It should say "errors: 0".
 * With spin -a -DALONE: one pair, one SIGINT: nothing is left, although nobody comes later.
 *
 * Claims: no deadlock; while both live, every message arrives once, in order, and none of a run of
 * before; a producer is never refused or failed without a cause; nothing is left in the end.
 *
 * A step of the model is a system call or an access to shared memory. Left out: the second that
 * sem_timedwait takes to notice a death (here at once, or any time later); two slots instead of
 * four; a message is a number; write and read never fail; a poll waits until there is something to
 * see; objects not ours. A signal before its handler is set is a kill, as in the program. */
#define SLOTS 2
#define SEGMENTS 5
#define END 3 /* messages 1, 2 and the end */
#ifdef ALONE
#define signals 1
#else
#define signals 2
#endif

mtype = { INT, KILL };

typedef segment {
	bit linked, sized, has_consumer;
	byte ex, lock; /* who has flock, lockf; 0: nobody */
	byte vacant, filled; /* the semaphores empty and full */
	byte slot[SLOTS], whose[SLOTS]; /* the message, whose it is */
}
segment s[SEGMENTS];
byte name, created; /* what the name refers to; 0: nothing */
mtype sent[6];      /* signals, by process: producers 1, 2, consumers 3, 4, 5 */
byte ended, got[6];

inline close(i) {
	d_step {
		if :: s[i].ex == me -> s[i].ex = 0 :: else fi;
		if :: s[i].lock == me -> s[i].lock = 0 :: else fi;
		i = 0
	}
}
inline try_flock(i) {
	d_step { ok = (s[i].ex == 0 || s[i].ex == me); if :: ok -> s[i].ex = me :: else fi }
}
inline unlink(i) { d_step { name = 0; s[i].linked = 0 } }
inline clean_up(i) {
	try_flock(i);
	if
	:: ok && (mapped || s[i].lock == 0 || s[i].lock == me) ->
		if :: s[i].linked -> assert(name == i); unlink(i) :: else fi
	:: else
	fi
}
#define c_died(i) (s[i].has_consumer && (s[i].ex == 0 || s[i].ex == me))

proctype producer(byte me) {
	byte i, n; bit ok, mapped, died;
	{
	skip;
again:	skip;
	d_step { /* shm_open */
		if :: name == 0 -> created++; assert(created < SEGMENTS); name = created;
			s[name].linked = 1 :: else fi;
		i = name
	}
	if :: s[i].linked && s[i].lock != 0 -> assert(false) /* refused, though it is alone */ :: else fi;
	try_flock(i);
	if :: ok && s[i].lock == 0 -> s[i].lock = me :: else -> goto not_new fi;
	if :: s[i].linked && !s[i].sized -> goto new :: else fi;
not_new:
	clean_up(i);
	close(i);
	(name == 0 || s[name].ex == 0);
	goto again;
new:	s[i].sized = 1;
	d_step { mapped = 1; s[i].vacant = SLOTS }
	s[i].ex = 0; /* LOCK_UN */

	do
	:: n < END ->
end_wait:	if
		:: s[i].vacant > 0 -> s[i].vacant--
		:: c_died(i) -> s[i].ex = me; goto failed
		fi;
		if :: c_died(i) -> s[i].ex = me; goto failed :: else fi;
		d_step { s[i].slot[n % SLOTS] = n + 1; s[i].whose[n % SLOTS] = me; n++; s[i].filled++ }
	:: else -> break
	od;
	n = 0;
	do
	:: n < SLOTS ->
		if
		:: s[i].vacant > 0 -> s[i].vacant--; n++
		:: c_died(i) -> s[i].ex = me;
			if :: s[i].vacant > 0 -> s[i].vacant--; n++ :: else -> goto failed fi
		fi
	:: else -> break
	od;
	assert(got[me] == END && !s[i].linked);
	goto ends;
failed:
	assert(sent[3] != 0);
	clean_up(i);
ends:	close(i)
	} unless {
		sent[me] != 0 ->
		if
		:: sent[me] == INT && i == 0 && name != 0 -> i = name; clean_up(i)
		:: sent[me] == INT && i != 0 -> clean_up(i)
		:: else
		fi;
		close(i)
	};
	ended = ended + 1;
	if :: me == 1 && signals == 2 -> run producer(2) :: else fi
}

proctype consumer(byte me) {
	byte i, n, from; bit ok, mapped, handler;
	{
	skip;
end_wait:
	(name != 0 && s[name].sized && s[name].ex == 0);
	i = name; /* shm_open */
	if :: i == 0 -> goto end_wait :: else fi;
	if :: s[i].linked && s[i].sized :: else -> goto not_ready fi;
	try_flock(i);
	if :: !ok -> goto not_ready :: else fi;
	if :: s[i].lock != 0 :: else -> clean_up(i); goto not_ready fi;
	if :: s[i].linked -> goto ready :: else fi;
not_ready:
	close(i);
	goto end_wait;
ready:	if :: s[i].has_consumer -> /* it ends with 1; somebody starts it again */
		assert(sent[3] != 0);
		goto not_ready
	:: else -> d_step { s[i].has_consumer = 1; mapped = 1; handler = 1 }
	fi;
	do
	:: if
		:: s[i].filled > 0 -> s[i].filled--
		:: s[i].lock == 0 -> if :: s[i].filled > 0 -> s[i].filled-- :: else -> goto failed fi
		fi;
		d_step {
			if :: n == 0 -> from = s[i].whose[0] :: else fi;
			assert(s[i].slot[n % SLOTS] == n + 1 && s[i].whose[n % SLOTS] == from);
			n++;
			got[from] = n
		}
		if :: n == END -> break :: else fi;
		s[i].vacant++
	od;
	assert(s[i].linked && name == i);
	unlink(i);
	s[i].vacant++;
	goto ends;
failed:
	assert(sent[1] != 0 && s[i].filled == 0); /* it has taken what was left */
	clean_up(i);
ends:	close(i)
	} unless {
		sent[me] != 0 ->
		if :: sent[me] == INT && handler && i != 0 -> clean_up(i) :: else fi;
		close(i)
	};
	if :: me < 5 && signals == 2 -> run consumer(me + 1) :: else fi
}

init {
	byte k;
	atomic { run producer(1); run consumer(3) };
	do
	:: k < signals -> if :: sent[1] == 0 -> sent[1] = INT :: sent[3] == 0 -> sent[3] = INT
#ifndef ALONE
		:: sent[1] == 0 -> sent[1] = KILL :: sent[3] == 0 -> sent[3] = KILL
#endif
		fi; k++
	:: break
	od;
	timeout; /* nothing more can happen */
#ifdef ALONE
	assert(name == 0 || (ended == 0 && sent[3] == INT)) /* it waits for another consumer */
#else
	assert(name == 0 && ended == 2)
#endif
}
