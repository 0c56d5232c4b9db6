# Reinforcement learning: Q-learning finds the way to a reward in a corridor.
import numpy as np

rng = np.random.default_rng(0)
states, goal = 6, 5  # six places in a row, the reward is at the last one
moves = [-1, 1]  # action 0 goes left, action 1 goes right

Q = np.zeros((states, 2))  # how good each action is in each state
alpha, gamma, epsilon = 0.5, 0.9, 0.2  # learning rate, discount, exploration


def step(state, action):
    new = int(np.clip(state + moves[action], 0, goal))
    return new, float(new == goal)  # the reward is 1 at the goal, else 0


for _ in range(200):  # episodes
    state = 0
    while state != goal:
        best = rng.choice(np.flatnonzero(Q[state] == Q[state].max()))
        action = rng.integers(2) if rng.random() < epsilon else best
        new, reward = step(state, action)
        desired = reward + gamma * Q[new].max()  # reward now and the best to come
        Q[state, action] += alpha * (desired - Q[state, action])
        state = new

print("value of going right:", Q[:goal, 1].round(2))
print("policy:", [["left", "right"][a] for a in Q[:goal].argmax(axis=1)])
