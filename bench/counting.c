/* The C subscriber that ingest is held against: takes every message at QoS 1, counts it, keeps nothing.
 *
 * What it leaves out is all but receiving; libmosquitto acknowledges by itself. Built and started by bench/rivals.py:
 * arguments are the broker's port and how many messages come first, to warm up, and are then measured. It prints a line
 * when the broker has let it in, and the moment of the last message of each portion, in seconds since 1970.
 */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct portions {
    long left, next;
};

static void say_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
    fflush(stdout);
}

static void on_connect(struct mosquitto *client, void *portions, int refused)
{
    (void)portions;
    if (refused)
        exit(1);
    mosquitto_subscribe(client, NULL, "linli/v1/#", 1);
}

static void on_subscribe(struct mosquitto *client, void *portions, int packet, int count, const int *granted)
{
    (void)client, (void)portions, (void)packet, (void)count, (void)granted;
    say_now();
}

static void on_message(struct mosquitto *client, void *given, const struct mosquitto_message *message)
{
    struct portions *portions = given;
    (void)message;
    if (--portions->left > 0)
        return;
    say_now();
    portions->left = portions->next;
    portions->next = 0;
    if (portions->left == 0)
        mosquitto_disconnect(client);
}

int main(int count, char **words)
{
    struct portions portions;
    struct mosquitto *client;
    if (count != 4)
        return 2;
    portions.left = atol(words[2]);
    portions.next = atol(words[3]);
    mosquitto_lib_init();
    client = mosquitto_new("counting-c", false, &portions);
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_message_callback_set(client, on_message);
    if (client == NULL || mosquitto_connect(client, "127.0.0.1", atoi(words[1]), 60))
        return 1;
    return mosquitto_loop_forever(client, -1, 1) != MOSQ_ERR_SUCCESS;
}
